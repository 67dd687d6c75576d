import { DEFAULT_CLUSTER } from '../contract/calls.js';
import type { Session } from './with-daemon.js';

/**
 * The cluster that a command which only reads means. If several run and none was named, that is told: nobody should send to
 * one cluster and look for the messages in another.
 */
export async function clusterToRead(
  { client, output, signal }: Pick<Session, 'client' | 'output' | 'signal'>,
  named: string,
): Promise<string> {
  if (named !== DEFAULT_CLUSTER) return named;
  const { cluster, alsoRunning } = await client.call('resolveCluster', { cluster: named, for: 'reading' }, signal);
  if (alsoRunning.length > 0)
    output.notice(
      `this is cluster ${cluster}, the one used last; ${alsoRunning.join(', ')} ${alsoRunning.length === 1 ? 'runs' : 'run'} too: choose with -c`,
    );
  return cluster;
}
