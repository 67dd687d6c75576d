import { RmqdevError } from '../base/errors.js';
import type { ClusterPaths } from '../base/paths.js';
import type { ClusterState as StateWord } from '../contract/status.js';
import type { LaunchSpec } from '../process/launcher.js';
import type { Profile } from '../profile/profile.js';
import { LIVE_STATES, type NodeState } from '../supervisor/node-state.js';
import {
  describeExit,
  type NodeExitRecord,
  type NodeObserver,
  type NodeRunSpec,
  NodeSupervisor,
  type Transition,
} from '../supervisor/node-supervisor.js';
import { buildSpecs } from './build-specs.js';
import { loadClusterState, saveClusterState } from './cluster-state.js';
import { Journal } from './journal.js';
import { prepareLaunch } from './launch.js';
import { type Assignment, isMaster, type NodeSpec } from './node-spec.js';
import { ROLE_DEFINITIONS } from './roles/definitions.js';
import { type RoleContext, START_STAGES, type StartStage } from './roles/role.js';
import type { World } from './world.js';

type Node = { spec: NodeSpec; supervisor: NodeSupervisor<LaunchSpec> };
type Operation = { name: string; since: number; controller: AbortController; done: Promise<unknown> };

/** One cluster: its nodes, what is kept of them on disk, and the one operation that may be under way. */
export class Cluster {
  readonly name: string;
  readonly paths: ClusterPaths;
  readonly journal: Journal;
  readonly world: World;
  readonly #nodes = new Map<string, Node>();
  readonly #stages = new Map<string, StartStage>();
  readonly #listeners = new Set<() => void>();
  #profile: Profile | undefined;
  #debug = false;
  #operation: Operation | undefined;
  #isReleased = false;

  constructor(world: World, name: string) {
    this.world = world;
    this.name = name;
    this.paths = world.home.cluster(name);
    this.journal = new Journal(this.paths.journal, name, world.clock);
  }

  /**
   * Takes up what an earlier daemon left: every node by pid and start time.
   * @returns false where there is no such cluster on disk.
   * @throws RmqdevError STATE_UNREADABLE
   */
  async restore(): Promise<boolean> {
    const state = loadClusterState(this.paths.state);
    if (!state) return false;
    this.#profile = state.profile;
    this.#debug = state.debug;
    const assignments = new Map([...state.nodes].map(([id, node]) => [id, node.assignment]));
    for (const spec of buildSpecs({ cluster: this.name, profile: state.profile, paths: this.paths, assignments })) {
      const snapshot = state.nodes.get(spec.id)?.snapshot;
      this.#nodes.set(spec.id, {
        spec,
        supervisor: new NodeSupervisor(this.#runSpec(spec), this.world.launcher, this.world.clock, this.#observer, snapshot),
      });
    }
    for (const { spec, supervisor } of this.#nodes.values()) {
      const snapshot = state.nodes.get(spec.id)?.snapshot;
      if (snapshot && (await supervisor.adopt(snapshot))) {
        this.journal.record('node-adopted', spec.id, `${spec.id} taken over: pid ${supervisor.pid}`, { pid: supervisor.pid });
      }
    }
    return true;
  }

  get profile(): Profile {
    if (this.#profile) return this.#profile;
    throw new RmqdevError('CLUSTER_NOT_FOUND', {
      what: `cluster ${this.name} has no nodes yet`,
      why: 'its first `rmqdev up` has not come so far',
      next: 'Wait for it, or see `rmqdev events`',
    });
  }
  get debug(): boolean {
    return this.#debug;
  }
  get hasNodes(): boolean {
    return this.#nodes.size > 0;
  }
  get specs(): NodeSpec[] {
    return [...this.#nodes.values()].map((node) => node.spec);
  }
  get operation(): { name: string; since: number } | undefined {
    return this.#operation;
  }
  get namesrvAddr(): string {
    return this.specs
      .filter((spec) => spec.role === 'namesrv')
      .map((spec) => spec.localAddress)
      .join(';');
  }

  hasNode(id: string): boolean {
    return this.#nodes.has(id);
  }
  spec(id: string): NodeSpec {
    return this.#node(id).spec;
  }
  supervisor(id: string): NodeSupervisor<LaunchSpec> {
    return this.#node(id).supervisor;
  }
  stage(id: string): StartStage | undefined {
    return this.#stages.get(id);
  }
  isLive(id: string): boolean {
    const node = this.#nodes.get(id);
    return node !== undefined && LIVE_STATES.has(node.supervisor.state);
  }
  get runningCount(): number {
    return this.specs.filter((spec) => this.isLive(spec.id)).length;
  }

  /** One word for all: see contract/status.ts. */
  get state(): StateWord {
    if (this.#operation?.name === 'up') return 'starting';
    const states = this.specs.map((spec) => ({ spec, state: this.supervisor(spec.id).state }));
    const is = (wanted: NodeState) => (node: { state: NodeState }) => node.state === wanted;
    if (states.every(is('stopped'))) return 'stopped';
    if (states.every(is('ready'))) return 'ready';
    const masters = states.filter(({ spec }) => isMaster(spec));
    return masters.length > 0 && !masters.some(is('ready')) ? 'failed' : 'degraded';
  }

  /**
   * Makes the cluster consist of these nodes. Specs of running nodes take effect at their next launch.
   * A node that is no longer in the profile must have been stopped before.
   */
  apply(profile: Profile, debug: boolean, assignments: ReadonlyMap<string, Assignment>): void {
    this.#profile = profile;
    this.#debug = debug;
    const specs = buildSpecs({ cluster: this.name, profile, paths: this.paths, assignments });
    const nodes = specs.map((spec): Node => {
      const existing = this.#nodes.get(spec.id);
      if (!existing)
        return { spec, supervisor: new NodeSupervisor(this.#runSpec(spec), this.world.launcher, this.world.clock, this.#observer) };
      existing.supervisor.replaceSpec(this.#runSpec(spec));
      return { spec, supervisor: existing.supervisor };
    });
    this.#nodes.clear();
    for (const node of nodes) this.#nodes.set(node.spec.id, node);
    this.save();
  }

  /**
   * Runs `work` as the cluster's one operation.
   * @param takesOver ends the one under way first (`down` during `up`), instead of being refused with CLUSTER_BUSY.
   */
  async operate<T>(name: string, takesOver: boolean, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    while (this.#operation) {
      const { name: other, since, controller, done } = this.#operation;
      if (!takesOver) throw this.#busy(name, other, since);
      controller.abort(
        new RmqdevError('INTERRUPTED', {
          what: `\`${other}\` of ${this.name} was given up`,
          why: `\`${name}\` was asked for meanwhile`,
          next: `See \`rmqdev status -c ${this.name}\``,
        }),
      );
      await done.catch(() => undefined);
    }
    const controller = new AbortController();
    const done = work(controller.signal);
    const operation = { name, since: this.world.clock.now(), controller, done };
    this.#operation = operation;
    try {
      return await done;
    } finally {
      this.#operation = undefined;
      this.#notify();
    }
  }

  /** Resolves once `condition` holds, which is tried after every change of a node. @throws what `signal` was aborted with. */
  async until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const check = () => {
        try {
          if (!condition()) return;
          resolve();
        } catch (error) {
          reject(error);
        }
        end();
      };
      const abort = () => {
        end();
        reject(signal.reason);
      };
      const end = () => {
        this.#listeners.delete(check);
        signal.removeEventListener('abort', abort);
      };
      this.#listeners.add(check);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** Calls `listener` after every change of a node. @returns a function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  save(): void {
    if (!this.#profile || this.#isReleased) return;
    const nodes = new Map(
      [...this.#nodes.values()].map(({ spec, supervisor }) => [
        spec.id,
        { assignment: { ports: spec.ports, release: spec.release, jdk: spec.jdk }, snapshot: supervisor.snapshot() },
      ]),
    );
    saveClusterState(this.paths.state, { name: this.name, profile: this.#profile, debug: this.#debug, nodes });
  }

  /** Forgets the cluster: its folder is gone, nothing is written any more. */
  forget(): void {
    this.release();
    this.#nodes.clear();
  }

  /** Lets go of every node and leaves it running. */
  release(): void {
    this.save();
    this.#isReleased = true;
    for (const { supervisor } of this.#nodes.values()) supervisor.release();
  }

  /** What the probes of a role may ask of the cluster. */
  get roleContext(): RoleContext {
    return {
      remoting: this.world.remoting,
      clock: this.world.clock,
      peers: () => this.specs,
      isExpected: (id) => this.#nodes.get(id)?.supervisor.intent === 'up',
      stage: (id, stage) => {
        if (START_STAGES.indexOf(stage) <= START_STAGES.indexOf(this.#stages.get(id) as StartStage)) return;
        this.#stages.set(id, stage);
        this.#notify();
      },
    };
  }

  #node(id: string): Node {
    return this.#nodes.get(id) as Node;
  }

  #runSpec(spec: NodeSpec): NodeRunSpec<LaunchSpec> {
    const role = ROLE_DEFINITIONS[spec.role];
    const context = this.roleContext;
    return {
      id: spec.id,
      prepareLaunch: () => prepareLaunch(spec, this.world.home.cache, this.world.env),
      startup: () => role.startup(spec, context),
      readiness: role.readiness(spec, context),
      liveness: spec.ports.debug === undefined ? role.liveness(spec, context) : undefined,
      restart: spec.profile.restart,
      startTimeoutMs: spec.startTimeoutMs,
      stopTimeoutMs: spec.stopTimeoutMs,
    };
  }

  readonly #observer: NodeObserver = {
    launched: () => this.save(),
    exited: (id, exit, wasState) => this.#recordExit(id, exit, wasState),
    transition: (id, transition) => {
      if (transition.to === 'starting') this.#stages.delete(id);
      this.#recordTransition(id, transition);
      this.save();
      this.#notify();
    },
  };

  #recordExit(id: string, exit: NodeExitRecord, wasState: NodeState): void {
    const type = exit.cause === 'crashed' || exit.cause === 'killed-from-outside' ? 'node-crashed' : 'node-exited';
    this.journal.record(type, id, `${id} ended: ${describeExit(exit)} (${exit.cause})`, { ...exit, wasState });
  }

  #recordTransition(id: string, { from, to, event, reason }: Transition): void {
    this.journal.record(`node-${to}`, id, `${id} is ${to}${reason ? `: ${reason}` : ''}`, { from, event });
    this.world.log.info({ cluster: this.name, nodeId: id, state: to, from, event }, reason ?? to);
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #busy(wanted: string, other: string, since: number): RmqdevError {
    const seconds = Math.round((this.world.clock.now() - since) / 1_000);
    return new RmqdevError('CLUSTER_BUSY', {
      what: `\`${wanted}\` cannot begin on cluster ${this.name}`,
      why: `\`${other}\` has been under way there for ${seconds} s`,
      next: `Wait for it (\`rmqdev wait -c ${this.name}\`), or end it with \`rmqdev down -c ${this.name}\``,
    });
  }
}
