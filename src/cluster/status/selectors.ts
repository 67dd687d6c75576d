import picomatch from 'picomatch';
import { RmqdevError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import type { NodeGroup } from '../../profile/names.js';

/** What a selector can see about a node. */
export type Selectable = { id: string; role: string; brokerName: string | null; brokerId: number | null };

/** Who holds which role now, as the NameServers answer; and who held it last, or has it by configuration. */
export type LiveRoles = {
  holder(brokerName: string, role: 'master' | 'slave'): string[];
  lastHolder(brokerName: string, role: 'master' | 'slave'): string[];
};

export type Selection = { ids: string[]; notice: string | null };

const GROUP_TESTS: Readonly<Record<NodeGroup, (node: Selectable) => boolean>> = {
  all: () => true,
  masters: (node) => node.role === 'broker' && node.brokerId === 0,
  slaves: (node) => node.role === 'broker' && (node.brokerId ?? 0) > 0,
  brokers: (node) => node.role === 'broker',
  namesrvs: (node) => node.role === 'namesrv',
  controllers: (node) => node.role === 'controller',
  proxies: (node) => node.role === 'proxy',
  dashboards: (node) => node.role === 'dashboard',
};
const GROUPS: ReadonlyMap<string, (node: Selectable) => boolean> = new Map(Object.entries(GROUP_TESTS));

/**
 * Resolves one selector, in this order: exact id; live role (`master-a`, `slave-broker-a`); brokerName; glob; group.
 * @param needsHolder the verb acts on the holder of the role at this moment: if there is none, it is an error (NO_ROLE_HOLDER);
 * else the last or configured holder is used, with a notice.
 * @throws RmqdevError SELECTOR_UNKNOWN, NO_ROLE_HOLDER
 */
export async function select(
  selector: string,
  nodes: readonly Selectable[],
  liveRoles: () => Promise<LiveRoles>,
  needsHolder: boolean,
): Promise<Selection> {
  if (nodes.some((node) => node.id === selector)) return { ids: [selector], notice: null };
  const role = roleSelector(selector, nodes);
  if (role) return selectRole(selector, role, await liveRoles(), needsHolder);
  const replicas = nodes.filter((node) => node.brokerName === selector);
  if (replicas.length > 0) return { ids: replicas.map((node) => node.id), notice: null };
  const isMatch = isGlob(selector) ? picomatch(selector) : undefined;
  const chosen = isMatch ? nodes.filter((node) => isMatch(node.id)) : nodes.filter(GROUPS.get(selector) ?? (() => false));
  const elected = isMatch ? [] : await electedHolders(selector, nodes, liveRoles);
  const ids = nodes.filter((node) => chosen.includes(node) || elected.includes(node.id)).map((node) => node.id);
  if (ids.length > 0) return { ids, notice: null };
  throw unknownSelector(selector, nodes);
}

/**
 * `*`, `?`, `[a-c]` and `{a,b}`. picomatch accepts more, but `(a+)+` could block the daemon for years, and so could a dozen of `*`;
 * no node id has any of these characters.
 */
function isGlob(selector: string): boolean {
  return /[*?[\]{}]/.test(selector) && /^[\w.*?[\]{},!^-]+$/.test(selector) && (selector.match(/\*+/g) ?? []).length <= MAX_STARS;
}

const MAX_STARS = 4;

/** @returns who holds the role that `masters` or `slaves` names, in the groups that elect their master. */
async function electedHolders(selector: string, nodes: readonly Selectable[], liveRoles: () => Promise<LiveRoles>): Promise<string[]> {
  const role = selector === 'masters' ? 'master' : selector === 'slaves' ? 'slave' : undefined;
  const groups = [...new Set(nodes.flatMap((node) => (node.brokerId === -1 && node.brokerName !== null ? [node.brokerName] : [])))];
  if (role === undefined || groups.length === 0) return [];
  const live = await liveRoles();
  return groups.flatMap((brokerName) => live.holder(brokerName, role));
}

/** @returns the nodes that any of `selectors` names, each once, in the cluster's order. */
export async function selectAll(
  selectors: readonly string[],
  nodes: readonly Selectable[],
  liveRoles: () => Promise<LiveRoles>,
  needsHolder: boolean,
): Promise<Selection> {
  const selections: Selection[] = [];
  for (const selector of selectors) selections.push(await select(selector, nodes, liveRoles, needsHolder));
  const ids = new Set(selections.flatMap((selection) => selection.ids));
  const notices = selections.flatMap((selection) => (selection.notice === null ? [] : [selection.notice]));
  return { ids: nodes.filter((node) => ids.has(node.id)).map((node) => node.id), notice: notices.join('; ') || null };
}

type RoleSelector = { role: 'master' | 'slave'; brokerName: string };

function roleSelector(selector: string, nodes: readonly Selectable[]): RoleSelector | undefined {
  const match = /^(master|slave)-(.+)$/.exec(selector);
  if (!match) return undefined;
  const [, role, name] = match;
  const brokerName = [name, `broker-${name}`].find((candidate) => nodes.some((node) => node.brokerName === candidate));
  return brokerName === undefined ? undefined : { role: role as 'master' | 'slave', brokerName };
}

function selectRole(selector: string, { role, brokerName }: RoleSelector, live: LiveRoles, needsHolder: boolean): Selection {
  const now = live.holder(brokerName, role);
  if (now.length > 0) return { ids: now, notice: null };
  const last = live.lastHolder(brokerName, role);
  if (last.length === 0 || needsHolder) {
    throw new RmqdevError('NO_ROLE_HOLDER', {
      what: `${selector} names nobody now`,
      why:
        last.length === 0
          ? `${brokerName} has no ${role} in this profile`
          : `no NameServer lists a ${role} of ${brokerName}; the last one was ${last.join(', ')}`,
      next:
        last.length === 0
          ? 'See `rmqdev status` for the nodes there are'
          : `Name the node itself, or bring it back: \`rmqdev start ${last[0]}\``,
    });
  }
  return { ids: last, notice: `nobody is ${role} of ${brokerName} now; taking ${last.join(', ')}, the last one` };
}

function unknownSelector(selector: string, nodes: readonly Selectable[]): RmqdevError {
  const ids = nodes.map((node) => node.id);
  const roles = [...new Set(nodes.flatMap((node) => (node.brokerName ? [node.brokerName] : [])))].flatMap((name) => [
    `master-${name.replace(/^broker-/, '')}`,
    `slave-${name.replace(/^broker-/, '')}`,
  ]);
  const groups = [...GROUPS].flatMap(([name, test]) => (nodes.some(test) ? [name] : []));
  const near = nearest(selector, [...ids, ...roles, ...groups]);
  return new RmqdevError('SELECTOR_UNKNOWN', {
    what: `no node matches "${selector}"`,
    why: `there are ${ids.join(', ')}; live roles ${roles.join(', ')}; groups ${groups.join(', ')}`,
    next: near ? `Did you mean ${near}?` : 'A glob such as "broker-*" works too; put it in quotes',
  });
}
