import type { z } from 'zod';
import { ELECTIONS, type ElectionMode } from '../rocketmq/releases.js';
import { withDefaults } from './defaults.js';
import type { ProfileProblem } from './problems.js';
import { type NodeProfile, ROLES, type Role, type SourcePlace } from './profile.js';
import { SettledNode, SHARED_KEYS } from './profile-schema.js';
import {
  DEFAULT_PLACE,
  entriesOf,
  mapTree,
  merge,
  partAt,
  pick,
  placeAt,
  type Tree,
  toPlain,
  toTree,
  withoutNulls,
} from './source-tree.js';

type NodeSettings = z.infer<typeof SettledNode>;

/** A node beside the tree it was made from: `at` says where a setting was written, or its node where it is a default. */
export type ResolvedNode = { node: NodeProfile; at: (...path: string[]) => SourcePlace };

/** @returns the ids of the nodes that `profile` has, in its order. */
export function nodeIds(profile: Tree): string[] {
  return [...entriesOf(partAt(withoutNulls(profile), ['nodes'])).keys()];
}

/** @returns the settings of node `id`: defaults of a broker < its role's < its own. */
export function nodeTree(profile: Tree, id: string): Tree {
  const own = partAt(profile, ['nodes', id]) ?? mapTree(profile.place, []);
  const role = String(partAt(own, ['role'])?.value);
  const given = merge(partAt(profile, ['roles', role]), own);
  const identity = role === 'broker' ? brokerIdentity(profile, given, id) : {};
  const missing = pick(
    toTree(identity, DEFAULT_PLACE),
    Object.keys(identity).filter((key) => (partAt(given, [key])?.value ?? null) === null),
  );
  return { ...merge(given, missing), place: own.place };
}

/** What makes a broker what it is, where its profile does not say: a master of its own, or a replica of the group its id names. */
function brokerIdentity(profile: Tree, given: Tree, id: string): { brokerId: number; brokerName?: string } {
  if (electionOf(profile)) return { brokerId: -1, brokerName: id.replace(/-n\d+$/, '') };
  const isSlave = Number(partAt(given, ['brokerId'])?.value) > 0;
  return { brokerId: 0, ...(isSlave ? {} : { brokerName: id }) };
}

function electionOf(profile: Tree): ElectionMode | undefined {
  const replication = partAt(profile, ['replication'])?.value;
  return ELECTIONS.find((mode) => mode === replication);
}

/** Resolves every node of a merged profile whose layers passed the schema. @returns the nodes that can be made, and what hinders the others. */
export function resolveNodes(profile: Tree): { nodes: ResolvedNode[]; problems: ProfileProblem[] } {
  const problems: ProfileProblem[] = [];
  const election = electionOf(profile);
  const nodes = nodeIds(profile).flatMap((id): ResolvedNode[] => {
    const own = nodeTree(profile, id);
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
    listenPort: settings.listenPort,
    restart: { policy, maxRestarts, windowMs: window, backoffMinMs: backoff.minMs, backoffMaxMs: backoff.maxMs },
    stopTimeoutMs: settings.stopTimeout,
    startTimeoutMs: settings.startTimeout,
    startup: settings.startup,
    advertise: settings.advertise,
  };
}
