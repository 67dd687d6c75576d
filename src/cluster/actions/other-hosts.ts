import { basename } from 'node:path';
import { counted, formatDuration } from '../../base/units.js';
import type { Profile } from '../../profile/profile.js';
import { getRuntimeInfo } from '../../remoting/broker-api.js';
import type { Cluster } from '../cluster.js';
import { ROLE_DEFINITIONS } from '../roles/definitions.js';
import type { NodeSpec } from '../spec/node-spec.js';

/** @returns the nodes of other hosts that `id` needs to become ready, and that do not answer. */
export function missedElsewhere(cluster: Cluster, id: string): readonly NodeSpec[] {
  const spec = cluster.spec(id);
  return ROLE_DEFINITIONS[spec.role].missesElsewhere?.(spec, cluster.roleContext) ?? [];
}

/** As somebody types it: a name, or the path of a file of their own. */
const profileWord = ({ name, file, source }: Profile) => (source === 'shipped' || source === 'user' ? name : `./${basename(file)}`);

/** @returns what `up` cannot wait for: which nodes of other hosts do not answer, who waits for them, and how to start them. */
export function silentHosts(cluster: Cluster): string[] {
  const silent = cluster.elsewhere.filter(({ id }) => !cluster.canAnswer(id));
  return [...new Set(silent.map(({ host }) => host))].map((host) => {
    const nodes = silent.filter((spec) => spec.host === host);
    const all = cluster.elsewhere.filter((spec) => spec.host === host).length;
    const waiting = cluster.specs
      .map(({ id }) => id)
      .filter((id) => cluster.isLive(id) && cluster.supervisor(id).state !== 'ready')
      .filter((id) => missedElsewhere(cluster, id).some((missed) => nodes.includes(missed)));
    const who = nodes.length === all ? `host ${host} does not answer yet` : `host ${host} answers in part`;
    const waits = waiting.length === 0 ? '' : `; ${waiting.join(', ')} ${waiting.length === 1 ? 'waits' : 'wait'} for it`;
    const addresses = nodes.map(({ id, localAddress }) => `${id} (${localAddress})`).join(', ');
    return `${who}: ${counted(nodes.length, 'silent node')}, ${addresses}${waits}. Start it there with the same profile and addresses: \`rmqdev up ${profileWord(cluster.profile)} --host ${host}\``;
  });
}

/** A time that a broker tells is whole seconds, and the answer takes its time too. */
const CLOCK_GAP_MS = 5_000;
const ASK_TIMEOUT_MS = 1_500;

/** @returns for each other host whose clock differs by more than 5 s: what that changes. Only brokers tell the time. */
export async function differingClocks(cluster: Cluster): Promise<string[]> {
  const brokers = cluster.elsewhere.filter(({ id, role }) => role === 'broker' && cluster.canAnswer(id));
  const first = new Map(brokers.toReversed().map((spec) => [spec.host, spec]));
  const gaps = await Promise.all([...first.values()].map(async (spec) => ({ spec, gapMs: await clockGapMs(cluster, spec) })));
  return gaps.flatMap(({ spec, gapMs }) => {
    if (gapMs === undefined || Math.abs(gapMs) <= CLOCK_GAP_MS) return [];
    const how = `${formatDuration(Math.abs(gapMs))} ${gapMs > 0 ? 'ahead of' : 'behind'}`;
    return [
      `the clock of host ${spec.host} is about ${how} this one: each broker keeps, delays and finds messages by its own clock, and logs of both hosts do not merge by time. Set both clocks (NTP)`,
    ];
  });
}

/**
 * @returns how far the clock of a broker is ahead of this machine's, to about a second: its start by its own clock, plus for how long it runs.
 * Undefined if it does not say. Source: store/.../StoreStatsService.java (bootTimestamp, runtime), the same in all releases.
 */
async function clockGapMs({ world }: Cluster, spec: NodeSpec): Promise<number | undefined> {
  using deadline = world.clock.deadline(ASK_TIMEOUT_MS);
  const info = await getRuntimeInfo(world.remoting, spec.localAddress, deadline.signal).catch(() => undefined);
  const startedAt = Number(info?.table.get('bootTimestamp'));
  const ran = /(\d+) days, (\d+) hours, (\d+) minutes, (\d+) seconds/.exec(info?.table.get('runtime') ?? '');
  if (!ran || !(startedAt > 0)) return undefined;
  const [days, hours, minutes, seconds] = ran.slice(1).map(Number) as [number, number, number, number];
  return startedAt + (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000 - world.clock.now();
}
