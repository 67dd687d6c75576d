import type { Argv } from 'yargs';
import { systemClock } from '../../base/clock.js';
import { RmqdevError } from '../../base/errors.js';
import type { DaemonClient } from '../../client/http.js';
import type { ClusterStatus } from '../../contract/status.js';
import type { Access } from '../../traffic/cluster-access.js';
import { clusterOption, durationOption } from '../options.js';
import type { Output } from '../output/output.js';
import { clusterToRead, interruptible, type Run } from '../session.js';
import { usage } from '../usage.js';
import { type Reach, type ReachOptions, reachFrom, reachOptions } from './reach.js';

/** What commands have in common that talk to RocketMQ themselves. */
export const accessOptions = <T>(argv: Argv<T>) =>
  reachOptions(clusterOption(argv))
    .option('namesrv', {
      type: 'string',
      describe: 'NameServers of any cluster, such as 127.0.0.1:9876;127.0.0.1:9877; no daemon is asked',
    })
    .option('timeout', durationOption('10s', 'How long one request may take'));

export type AccessOptions = ReachOptions & { cluster: string; namesrv: string | undefined; timeout: number };

export type TrafficSession = {
  access: Access;
  output: Output;
  /** Null with --namesrv. */
  status: ClusterStatus | null;
};

/**
 * Runs `work` on the cluster that is named, or on that of the NameServers of --namesrv. Closes the connections at the end.
 * @param purpose what changes topics or groups wants to be told which cluster is meant if several run
 */
export async function withAccess(
  { withDaemon, withOutput }: Run,
  options: AccessOptions,
  work: (session: TrafficSession) => Promise<void>,
  purpose: 'reading' | 'changing' = 'reading',
): Promise<void> {
  const { cluster: named, namesrv, timeout: timeoutMs } = options;
  const run = async (place: { namesrvAddr: string; reach: Reach }, status: ClusterStatus | null, output: Output, signal: AbortSignal) => {
    const { openAccess } = await import('../../traffic/cluster-access.js');
    using access = openAccess({ clock: systemClock, namesrvs: addressesOf(place.namesrvAddr), reach: place.reach, timeoutMs, signal });
    await work({ access, output, status });
  };
  if (namesrv !== undefined) {
    return withOutput(async ({ output }) => {
      const reach = await reachFrom(options, process.env);
      await interruptible((signal) => run({ namesrvAddr: namesrv, reach }, null, output, signal));
    });
  }
  return withDaemon(async ({ client, output, signal }) => {
    const cluster =
      purpose === 'reading'
        ? await clusterToRead({ client, output, signal }, named)
        : (await client.call('resolveCluster', { cluster: named, for: 'changing' }, signal)).cluster;
    const status = await client.call('clusterStatus', { cluster }, signal);
    refuseStopped(status);
    const reach = await ownReach(client, status.cluster, options, signal);
    await run({ namesrvAddr: status.namesrvAddr, reach }, status, output, signal);
  });
}

/** @returns how to speak to a cluster of rmqdev's own: with its account and TLS, or with those that `options` name. */
export async function ownReach(client: DaemonClient, cluster: string, options: ReachOptions, signal: AbortSignal): Promise<Reach> {
  const wanted = await reachFrom(options, {});
  const { credentials, tls } = await client.call('clusterReach', { cluster }, signal);
  return {
    credentials: wanted.credentials ?? credentials ?? undefined,
    // RocketMQ makes its certificates anew at each start, and its nodes are this user's own on 127.0.0.1: there is nothing to verify.
    tls: wanted.tls ?? (tls ? { isVerified: false } : undefined),
  };
}

/** @throws NODE_NOT_RUNNING if no node runs that could answer */
export function refuseStopped({ cluster, state }: Pick<ClusterStatus, 'cluster' | 'state'>): void {
  if (state !== 'stopped') return;
  throw new RmqdevError('NODE_NOT_RUNNING', {
    what: `${cluster} is stopped`,
    why: 'none of its nodes runs',
    next: `\`rmqdev start all -c ${cluster}\`, or name another cluster with -c`,
  });
}

/** @returns the addresses in `text`, as NAMESRV_ADDR has them. @throws USAGE */
export function addressesOf(text: string): string[] {
  const addresses = text.split(/[;,\s]+/).filter((address) => address !== '');
  const wrong = addresses.find((address) => !/^(?:[\w.-]+|\[[\da-fA-F:.]+\]):\d{1,5}$/.test(address));
  if (addresses.length > 0 && wrong === undefined) return addresses;
  throw usage(
    `--namesrv ${text}`,
    wrong === undefined ? 'it has no address' : `${wrong} is not host:port`,
    'Write --namesrv "127.0.0.1:9876;127.0.0.1:9877"',
  );
}
