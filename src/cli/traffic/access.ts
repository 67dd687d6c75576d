import type { Argv } from 'yargs';
import { systemClock } from '../../base/clock.js';
import { RmqdevError } from '../../base/errors.js';
import { parseDurationMs } from '../../base/units.js';
import type { ClusterStatus } from '../../contract/status.js';
import type { Access } from '../../traffic/cluster-access.js';
import { clusterOption, durationOption, usage } from '../options.js';
import type { Output } from '../output/output.js';
import { clusterToRead } from '../which-cluster.js';
import { type ClusterOptions, interruptible, type Run } from '../with-daemon.js';

export type AccessOptions = ClusterOptions & { namesrv?: string; timeout: string };

/** What commands that talk to RocketMQ itself have in common. */
export function accessOptions<T extends ClusterOptions>(argv: Argv<Omit<T, 'namesrv' | 'timeout'>>, timeout = '10s'): Argv<T> {
  return clusterOption(argv as never)
    .option('namesrv', {
      type: 'string',
      describe: 'NameServers of any cluster, such as 127.0.0.1:9876;127.0.0.1:9877; no daemon is asked',
    })
    .option('timeout', durationOption(timeout, 'How long one request may take')) as unknown as Argv<T>;
}

export type TrafficSession = {
  access: Access;
  output: Output;
  /** Null with --namesrv. */
  status: ClusterStatus | null;
};

/** Runs `work` on the cluster that was named: its own NameServers, or those of --namesrv. The connections end with it. */
export async function withAccess(
  { withDaemon, withOutput }: Run,
  options: AccessOptions,
  work: (session: TrafficSession) => Promise<void>,
): Promise<void> {
  const { json, verbose, cluster, namesrv } = options;
  const run = async (namesrvAddr: string, status: ClusterStatus | null, output: Output, signal: AbortSignal) => {
    const { openAccess } = await import('../../traffic/cluster-access.js');
    const timeoutMs = parseDurationMs(options.timeout) ?? 0;
    using access = openAccess({ clock: systemClock, namesrvs: addressesOf(namesrvAddr), timeoutMs, signal });
    await work({ access, output, status });
  };
  if (namesrv !== undefined)
    return withOutput({ json, verbose }, ({ output }) => interruptible((signal) => run(namesrv, null, output, signal)));
  return withDaemon({ json, verbose }, async ({ client, output, signal }) => {
    const status = await client.call('clusterStatus', { cluster: await clusterToRead({ client, output, signal }, cluster) }, signal);
    refuseStopped(status);
    await run(status.namesrvAddr, status, output, signal);
  });
}

/** @throws NODE_NOT_RUNNING where there is nobody to ask */
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
    wrong === undefined ? 'it names no address' : `${wrong} is no host:port`,
    'Write --namesrv "127.0.0.1:9876;127.0.0.1:9877"',
  );
}
