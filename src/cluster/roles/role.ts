import type { Clock } from '../../base/clock.js';
import type { Platform } from '../../process/platform.js';
import type { Role } from '../../profile/profile.js';
import type { RemotingClient } from '../../remoting/client.js';
import { ConnectionError } from '../../remoting/connection.js';
import type { HeldConnection } from '../../remoting/held-connection.js';
import type { Closing } from '../../supervisor/closing.js';
import type { Probe } from '../../supervisor/probe.js';
import type { ConfigLine, NodeSpec } from '../spec/node-spec.js';

/** A node before its configuration and arguments are worked out. */
export type NodeDraft = Omit<NodeSpec, 'config' | 'javaArgs'>;

/** Producer group of the messages that prove a start or a failover, and the consumer group in requests. */
export { PROBE_GROUP } from '../../rocketmq/system-names.js';

/** How far a start is, in the words that people see, in this order. */
export const START_STAGES = ['answering', 'registered', 'in sync'] as const;
export type StartStage = (typeof START_STAGES)[number];

/** How far the start of a node is. */
export type Milestone = StartStage | 'ready';

/** How far a node must come first, unless nobody wants it up any more. */
export type Need = { id: string; until: Milestone };

/** What a role's probes may ask about the rest of the cluster. */
export type RoleContext = {
  remoting: RemotingClient;
  clock: Clock;
  /** The other nodes as they are now. */
  peers: () => readonly NodeSpec[];
  /** Is this node wanted up and not given up? A master waits only for a slave that will come. */
  isExpected: (nodeId: string) => boolean;
  stage: (nodeId: string, stage: StartStage) => void;
};

/** What a stop may ask. */
export type StopContext = {
  clock: Clock;
  platform: Pick<Platform, 'lockHolders'>;
  holdConnection: (host: string, port: number) => HeldConnection;
};

/** What one kind of node needs: one file in this folder for each. */
export interface RoleDefinition {
  /** Of RocketMQ's jars; null: the node has a jar of its own, and that names its main class. */
  mainClass: string | null;
  /** The cluster is ready without it, and a start of the whole cluster does not fail with it. */
  isOptional?: true;
  config(draft: NodeDraft, all: readonly NodeDraft[]): ConfigLine[];
  /** The copy of its configuration that the JVM gets; default: java.util.Properties. */
  renderRunConfig?(node: NodeSpec): string;
  /** The name of that copy in `run/`; default: node.conf. */
  runConfigName?: string;
  /** What follows the main class; default: `-c` and that copy. */
  programArguments?(node: NodeSpec): string[];
  /** Which of the nodes that start with `node` must be how far before it starts. */
  startsAfter(node: NodeSpec, started: readonly NodeSpec[]): readonly Need[];
  /** What is reported about the start of all `nodes` of the role together, in this order. */
  milestones(nodes: readonly NodeSpec[]): readonly { label: string; until: Milestone }[];
  /** Nodes of these roles must be gone before one of this role is told to stop. */
  stopsAfter: readonly Role[];
  /** Its place in a rolling restart, the lowest first; also among those that are told to stop together. */
  restartRank(node: NodeSpec, leadsItsGroup: boolean): number;
  /** Nodes of other hosts that do not answer, and without which this one cannot become ready. Default: none. */
  missesElsewhere?(node: NodeSpec, context: RoleContext): readonly NodeSpec[];
  startup(node: NodeSpec, context: RoleContext): Probe;
  readiness(node: NodeSpec, context: RoleContext): Probe;
  liveness(node: NodeSpec, context: RoleContext): Probe;
  /** Did it close in good order, judged by what it left since `startedAt` (ms since the epoch)? Only for a node that had been ready. */
  endedCleanly(node: NodeSpec, startedAt: number | null): boolean;
  /** Begins with an orderly stop. Default: only its end shows that it has put away what it holds. */
  closing?(node: NodeSpec, context: StopContext): Closing;
}

/** @returns the need that all nodes of `roles` are this far. */
export function needs(started: readonly NodeSpec[], roles: readonly Role[], until: Milestone): Need[] {
  return started.filter(({ role }) => roles.includes(role)).map(({ id }) => ({ id, until }));
}

/** @returns the silent ones of other hosts, if too few of `voters` are up to elect a leader without them. */
export function missingVoters(voters: readonly NodeSpec[], { isExpected }: RoleContext): NodeSpec[] {
  const up = voters.filter(({ id }) => isExpected(id));
  return up.length > voters.length / 2 ? [] : silentElsewhere(voters, { isExpected });
}

export function silentElsewhere(nodes: readonly NodeSpec[], { isExpected }: Pick<RoleContext, 'isExpected'>): NodeSpec[] {
  return nodes.filter(({ id, isElsewhere }) => isElsewhere && !isExpected(id));
}

/** @returns a probe whose check never rejects: the reason is what `ask` throws. */
export function probe(ask: (signal: AbortSignal) => Promise<string | undefined>): Probe {
  return {
    check: (signal) =>
      ask(signal).then(
        (reason) => (reason === undefined ? { ok: true } : { ok: false, reason }),
        (error: Error) => ({
          ok: false,
          reason: error.message,
          isClosed: error instanceof ConnectionError && error.code === 'ECONNREFUSED',
        }),
      ),
  };
}

/** The profile's properties replace ours, in the same place; new ones come last. */
export function overlay(lines: readonly ConfigLine[], properties: Readonly<Record<string, string>>): ConfigLine[] {
  const wanted = new Map(Object.entries(properties));
  const result = lines.map((line) => {
    const value = wanted.get(line.key);
    if (value === undefined) return { key: line.key, value: line.value, reason: line.reason };
    wanted.delete(line.key);
    return { key: line.key, value, reason: `set in the profile (rmqdev: ${line.value}, ${line.reason})` };
  });
  return [...result, ...[...wanted].map(([key, value]) => ({ key, value, reason: 'set in the profile' }))];
}
