import type { z } from 'zod';
import { DEFAULT_ACCOUNT } from '../rocketmq/access-control.js';
import { ELECTIONS, type ElectionMode } from '../rocketmq/releases.js';
import { DEFAULT_QUEUES } from './names.js';
import {
  type Account,
  type HostProfile,
  type NodeProfile,
  type Path,
  type Profile,
  type ProfileProblem,
  ROLES,
  type Role,
  type SourcePlace,
} from './profile.js';
import { NodeFile, PROFILE_KEYS, SettledNode, SettledProfile, SHARED_KEYS } from './profile-schema.js';
import { entriesOf, mapTree, merge, partAt, pick, placeAt, type Tree, toPlain, toTree, withoutNulls } from './source-tree.js';

/** A node beside the place of each of its settings: `at` says where it was written; for a default, where its node was. */
export type ResolvedNode = { node: NodeProfile; at: (...path: string[]) => SourcePlace };

export type ResolvedProfile = {
  profile: Profile;
  nodes: readonly ResolvedNode[];
  /** Where a setting of the whole profile was written, or the part around it that is nearest. */
  placeOf: (path: Path) => SourcePlace;
  /** Where each property was written, by `<node id>.<key>`. */
  propertyPlaces: ReadonlyMap<string, SourcePlace>;
  /** The effective profile with the place of each value, in the order of the schema: parents are merged in, roles are in their nodes. */
  effective: Tree;
};

type NodeSettings = z.infer<typeof SettledNode>;
type ProfileSettings = z.infer<typeof SettledProfile>;

const DEFAULT_PLACE: SourcePlace = { file: 'default', line: 0 };

/** What holds if neither file nor command line says anything. */
const DEFAULTS = toTree(
  {
    brokerClusterName: 'DefaultCluster',
    replication: 'async',
    flush: 'async',
    startup: 'fast',
    advertise: { clients: '127.0.0.1', replication: '127.0.0.1' },
    restart: { policy: 'on-crash', maxRestarts: 5, window: '60s', backoff: '1s..30s' },
  },
  DEFAULT_PLACE,
);

const EFFECTIVE_KEYS = PROFILE_KEYS.filter((key) => key !== 'extends' && key !== 'roles');
const NODE_KEYS = Object.keys(NodeFile.shape);

/**
 * Fills in what the merged profile `tree`, whose layers all have the right shape, leaves open.
 * @param source where the profile was found
 * @returns also what keeps nodes from being made; the profile lacks them then
 */
export function resolveProfile(
  tree: Tree,
  source: Pick<Profile, 'name' | 'file' | 'source'>,
): { resolved: ResolvedProfile; problems: ProfileProblem[] } {
  const given = [...entriesOf(partAt(withoutNulls(tree), ['nodes'])).keys()].map((id): [string, Tree] => [id, nodeTree(tree, id)]);
  const { nodes, problems } = resolveNodes(tree, given);
  const whole = withDefaults(tree);
  const shownNodes = mapTree(
    tree.place,
    given.map(([id, node]) => [id, pick(node, NODE_KEYS)]),
  );
  const resolved = {
    profile: assemble(source, nodes, SettledProfile.parse(toPlain(whole))),
    nodes,
    placeOf: (path: Path) => placeAt(whole, path),
    propertyPlaces: propertyPlaces(nodes),
    effective: pick(mapTree(tree.place, new Map(entriesOf(whole)).set('nodes', shownNodes)), EFFECTIVE_KEYS),
  };
  return { resolved, problems };
}

/** @returns `settings` with the defaults of those in `keys` (all, if not given) below; null asks for the default. */
function withDefaults(settings: Tree, keys: readonly string[] = [...entriesOf(DEFAULTS).keys()]): Tree {
  return { ...merge(pick(DEFAULTS, keys), withoutNulls(settings)), place: settings.place };
}

/** @returns the settings of node `id`: defaults of a broker < where its host advertises < its role's < its own. */
function nodeTree(profile: Tree, id: string): Tree {
  const own = partAt(profile, ['nodes', id]) ?? mapTree(profile.place, []);
  const role = String(partAt(own, ['role'])?.value);
  const merged = merge(merge(hostSettings(profile, own), partAt(profile, ['roles', role]) ?? mapTree(own.place, [])), own);
  const given = atHome(profile, merged);
  const identity = role === 'broker' ? brokerIdentity(profile, given, id) : {};
  const missing = pick(
    toTree(identity, DEFAULT_PLACE),
    Object.keys(identity).filter((key) => (partAt(given, [key])?.value ?? null) === null),
  );
  return { ...merge(given, missing), place: own.place };
}

/** What a host gives its nodes: where they advertise themselves, if the cluster does not say that for all of them. */
function hostSettings(profile: Tree, node: Tree): Tree {
  const advertise = [partAt(profile, ['advertise']), partAt(profile, ['hosts', hostOf(node), 'advertise'])];
  const given = advertise.filter((tree) => tree !== undefined).reduce<Tree | undefined>(merge, undefined);
  return mapTree(node.place, given && partAt(profile, ['hosts', hostOf(node)]) ? [['advertise', given]] : []);
}

/** @returns `node` with the address of its host as its own, if nobody says otherwise. */
function atHome(profile: Tree, node: Tree): Tree {
  const address = partAt(profile, ['hosts', hostOf(node), 'address']);
  if (!address) return node;
  const both = mapTree(address.place, [
    ['clients', address],
    ['replication', address],
  ]);
  const given = partAt(node, ['advertise']);
  return mapTree(node.place, new Map(entriesOf(node)).set('advertise', given ? merge(both, withoutNulls(given)) : both));
}

const hostOf = (node: Tree) => String(partAt(node, ['host'])?.value);

/** What makes a broker what it is, if its profile does not say: a master of its own, or a replica of the group its id names. */
function brokerIdentity(profile: Tree, given: Tree, id: string): { brokerId: number; brokerName?: string } {
  if (electionOf(profile)) return { brokerId: -1, brokerName: id.replace(/-n\d+$/, '') };
  const isSlave = Number(partAt(given, ['brokerId'])?.value) > 0;
  return { brokerId: 0, ...(isSlave ? {} : { brokerName: id }) };
}

function electionOf(profile: Tree): ElectionMode | undefined {
  const replication = partAt(profile, ['replication'])?.value;
  return ELECTIONS.find((mode) => mode === replication);
}

/** @param given the settings of each node by its id. @returns the nodes that can be made, and what keeps the others from it. */
function resolveNodes(profile: Tree, given: readonly [string, Tree][]): { nodes: ResolvedNode[]; problems: ProfileProblem[] } {
  const problems: ProfileProblem[] = [];
  const election = electionOf(profile);
  const nodes = given.flatMap(([id, own]): ResolvedNode[] => {
    const tree = { ...withDefaults(merge(pick(profile, SHARED_KEYS), own), SHARED_KEYS), place: own.place };
    const settings = SettledNode.parse(toPlain(tree));
    const at = (...path: string[]) => {
      const place = placeAt(tree, path);
      return place === DEFAULT_PLACE ? own.place : place;
    };
    const refuse = (key: string, message: string, place = at(key)) => problems.push({ place, path: ['nodes', id, key], message });
    if (settings.role === undefined) {
      refuse('role', `a node needs its role: ${ROLES.slice(0, -1).join(', ')} or ${ROLES.at(-1)}`);
      return [];
    }
    if (settings.role === 'broker' && settings.brokerName === undefined) {
      refuse('brokerName', `a slave (brokerId ${settings.brokerId}) needs the brokerName of its master`, at('brokerId'));
      return [];
    }
    for (const key of ['brokerName', 'brokerId'] as const) {
      if (settings.role !== 'broker' && settings[key] !== undefined) refuse(key, `only brokers have a ${key}, ${id} is a ${settings.role}`);
    }
    if (settings.role !== 'dashboard' && settings.jar !== undefined)
      refuse('jar', `only dashboards have a jar, ${id} is a ${settings.role}`);
    if (settings.role === 'broker' && (settings.brokerId === -1) !== (election !== undefined)) {
      const why = election
        ? `with replication: ${election} every brokerId is -1, because an election decides who is the master`
        : 'a brokerId of -1 needs an election: set replication: dledger or controller';
      refuse('brokerId', why);
    }
    return [{ node: nodeProfile(id, settings.role, settings, election), at }];
  });
  return { nodes, problems };
}

function nodeProfile(id: string, role: Role, settings: NodeSettings, election: ElectionMode | undefined): NodeProfile {
  const { policy, maxRestarts, window, backoff } = settings.restart;
  return {
    id,
    role,
    brokerName: settings.brokerName,
    brokerId: settings.brokerId,
    election: role === 'broker' ? election : undefined,
    rocketmq: settings.rocketmq,
    java: settings.java,
    heapBytes: settings.heap,
    jvm: settings.jvm ?? [],
    properties: settings.properties ?? {},
    env: settings.env ?? {},
    jar: settings.jar,
    listenPort: settings.listenPort,
    host: settings.host,
    restart: { policy, maxRestarts, windowMs: window, backoffMinMs: backoff.minMs, backoffMaxMs: backoff.maxMs },
    stopTimeoutMs: settings.stopTimeout,
    startTimeoutMs: settings.startTimeout,
    startup: settings.startup,
    advertise: settings.advertise,
  };
}

function assemble(
  { name, file, source }: Pick<Profile, 'name' | 'file' | 'source'>,
  nodes: readonly ResolvedNode[],
  settings: ProfileSettings,
): Profile {
  return {
    name,
    file,
    source,
    description: settings.description ?? '',
    rocketmq: settings.rocketmq,
    java: settings.java,
    brokerClusterName: settings.brokerClusterName,
    replication: settings.replication,
    flush: settings.flush,
    advertise: settings.advertise,
    acl: settings.acl ? accountOf(settings.acl) : undefined,
    tls: settings.tls ?? false,
    hosts: hostsOf(settings),
    nodes: nodes.map(({ node }) => node),
    topics: (settings.topics ?? []).map(({ name: topic, queues = DEFAULT_QUEUES, brokers }) => ({ name: topic, queues, brokers })),
    groups: (settings.groups ?? []).map((group) => ({ name: group })),
  };
}

function hostsOf({ hosts }: ProfileSettings): HostProfile[] | undefined {
  return hosts && Object.entries(hosts).map(([name, { address }]) => ({ name, address }));
}

function accountOf(acl: true | { accessKey?: string | undefined; secretKey?: string | undefined }): Account {
  const { accessKey, secretKey } = acl === true ? DEFAULT_ACCOUNT : acl;
  return { accessKey: accessKey ?? DEFAULT_ACCOUNT.accessKey, secretKey: secretKey ?? DEFAULT_ACCOUNT.secretKey };
}

function propertyPlaces(nodes: readonly ResolvedNode[]): Map<string, SourcePlace> {
  return new Map(
    nodes.flatMap(({ node, at }) =>
      Object.keys(node.properties).map((key): [string, SourcePlace] => [`${node.id}.${key}`, at('properties', key)]),
    ),
  );
}
