import type { Finding } from '../../base/finding.js';
import { type Contest, portContests, storeContests, type Want } from './contests.js';
import { Crowd, type Shared, type Standing, standingOf, type Tenant } from './crowd.js';
import { finding, placeOf } from './finding.js';
import type { Spot } from './hosts.js';
import type { NodeView } from './node-view.js';

/** `meant`: on the hosts that the author meant. `oneMachine`: what would also clash if everything ran on one machine. */
export type ClashFindings = { meant: Finding[]; oneMachine: Finding[] };

/** Nodes that want the same thing; each has this relation to at least one of the others. */
type Clash = { about: readonly string[]; wants: readonly Want[]; standing: Standing };

/** What nodes on one host cannot share: a port, a store. */
export function clashFindings(nodes: readonly NodeView[], spotOf: (node: NodeView) => Spot): ClashFindings {
  const tenants = nodes.map(
    (node, order): Tenant => ({ node, order, spot: spotOf(node), listenPort: node.listenPort, brokerName: node.brokerName }),
  );
  const ports = nodes.filter(({ role }) => role === 'broker').map(({ listenPort }) => listenPort);
  // If ports occur twice, there are several hosts.
  const areSeveral = new Set(ports).size < ports.length;
  const portClashes = joined(portContests(tenants).flatMap((contest) => clashesOver(contest, 'network', areSeveral)));
  const storeClashes = outermost(storeContests(tenants).flatMap((contest) => clashesOver(contest, 'disk', areSeveral)));
  const findingsOf = (isWanted: (standing: Standing) => boolean) => [
    ...portClashes.filter(({ standing }) => isWanted(standing)).map((clash) => portConflict(clash, areSeveral)),
    ...storeClashes.filter(({ standing }) => isWanted(standing)).map(storeShared),
  ];
  return { meant: findingsOf((standing) => standing !== 'other'), oneMachine: findingsOf((standing) => standing === 'other') };
}

function clashesOver({ about, wants }: Contest, shared: Shared, areSeveral: boolean): Clash[] {
  if (wants.length < 2) return [];
  const all = new Crowd(
    wants.map(({ tenant }) => tenant),
    shared,
    areSeveral,
  );
  const outer = wants.filter(({ isBelow }) => !isBelow);
  // Two folders below a third one do not clash with each other.
  const heads =
    outer.length === wants.length
      ? all
      : new Crowd(
          outer.map(({ tenant }) => tenant),
          shared,
          areSeveral,
        );
  const counted = wants.map((want) => ({ want, counts: (want.isBelow ? heads : all).countsFor(want.tenant, !want.isBelow) }));
  return (['certain', 'likely', 'other'] as const).flatMap((standing) => {
    const sharing = counted.filter(({ counts }) => counts[standing] > 0).map(({ want }) => want);
    return sharing.length > 1 ? [{ about: [about], wants: sharing, standing }] : [];
  });
}

const membersOf = ({ wants, standing }: Clash) => `${standing} ${wants.map(({ tenant }) => tenant.order).join(' ')}`;

/** Ports that the same nodes want make one finding. */
function joined(clashes: readonly Clash[]): Clash[] {
  const byMembers = new Map<string, Clash & { about: string[] }>();
  for (const clash of clashes) {
    const key = membersOf(clash);
    const known = byMembers.get(key);
    if (known) known.about.push(...clash.about);
    else byMembers.set(key, { ...clash, about: [...clash.about] });
  }
  return [...byMembers.values()];
}

/** Without those that repeat another one for the same nodes: nodes that share a root share everything below it. */
function outermost(clashes: readonly Clash[]): Clash[] {
  const known = clashes.map((clash, index) => ({ ...clash, index, byTenant: new Map(clash.wants.map((want) => [want.tenant, want])) }));
  const withTenant = new Map<Tenant, typeof known>();
  for (const clash of known) {
    for (const { tenant } of clash.wants) withTenant.set(tenant, [...(withTenant.get(tenant) ?? []), clash]);
  }
  const isOf = (inner: (typeof known)[number], outer: (typeof known)[number]) => {
    if (inner === outer || inner.standing !== outer.standing || inner.wants.length > outer.wants.length) return false;
    const there = inner.wants.map(({ tenant }) => outer.byTenant.get(tenant));
    return there.every((want) => want !== undefined) && there.filter((want) => want?.isBelow).length < 2;
  };
  return known.filter((clash) => {
    const others = withTenant.get((clash.wants[0] as Want).tenant) ?? [];
    return !others.some((other) => isOf(clash, other) && !(clash.index < other.index && isOf(other, clash)));
  });
}

function told({ wants, standing }: Clash, why: string) {
  const places = [...new Map(wants.map(({ tenant, key }) => [tenant.node.file.path, placeOf(tenant.node, key)]))].sort(([one], [other]) =>
    one < other ? -1 : 1,
  );
  const names = places.map(([name]) => name);
  return {
    at: places.map(([, place]) => place),
    who: names.length === 2 ? `${names.join(' and ')} both` : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`,
    why: `${standing === 'likely' ? 'if they run on one host: ' : ''}${why}`,
    severity: standing === 'likely' ? ('warning' as const) : ('error' as const),
  };
}

function portConflict(clash: Clash, areSeveral: boolean): Finding {
  const [first, ...rest] = clash.wants as [Want, ...Want[]];
  const second = rest.find(({ tenant }) => standingOf(first.tenant, tenant, 'network', areSeveral) === clash.standing) ?? (rest[0] as Want);
  const [a, b] = [first.tenant, second.tenant];
  const own = a.node.sockets.filter(({ port }) => clash.about.includes(`${port}`));
  const port = own[0]?.port;
  const name = b.node.sockets.find((socket) => socket.port === port)?.name;
  const reason = `${port} is ${own[0]?.name} of one (listenPort ${a.listenPort}) and ${name} of the other (listenPort ${b.listenPort}); the second one ends with status 255`;
  const { at, who, why, severity } = told(clash, reason);
  const next = 'Keep the listenPorts on one host at least 10 apart';
  return finding('PORT_CONFLICT', [`${who} want port ${own.map((socket) => socket.port).join(', ')}`, why, next], at, severity);
}

function storeShared(clash: Clash): Finding {
  const reason =
    'two brokers on one store: the second one changes it before it sees the lock, and ends with 255 (`Lock failed,MQ already started`)';
  const { at, who, why, severity } = told(clash, reason);
  const next = 'Give each broker its own storePathRootDir and storePathCommitLog';
  return finding('STORE_SHARED', [`${who} use the store ${clash.about[0]}`, why, next], at, severity);
}
