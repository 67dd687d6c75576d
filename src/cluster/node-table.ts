import type { ClusterPaths } from '../base/paths.js';
import type { LaunchSpec } from '../process/launcher.js';
import type { Profile } from '../profile/profile.js';
import type { NodeObserver, NodeRunSpec, NodeSnapshot } from '../supervisor/node-run.js';
import { LIVE_STATES } from '../supervisor/node-state.js';
import { NodeSupervisor } from '../supervisor/node-supervisor.js';
import { prepareLaunch } from './launch/launch.js';
import { runSpec } from './launch/run-spec.js';
import { RemoteNodes } from './remote-nodes.js';
import { specsOnHost } from './roles/build-specs.js';
import { type RoleContext, START_STAGES, type StartStage } from './roles/role.js';
import type { Assignment, NodeSpec } from './spec/node-spec.js';
import type { ClusterState } from './state/cluster-state.js';
import type { Journal } from './state/journal.js';
import type { World } from './world.js';

/** `spec` is what a running node was launched with, `next` what its next launch will take. */
type Node = { spec: NodeSpec; next: NodeSpec; supervisor: NodeSupervisor<LaunchSpec> };

/** What the nodes are made from. `host`: which of the profile's hosts this machine is; undefined if the profile has none. */
export type Placed = { profile: Profile; host: string | undefined; assignments: ReadonlyMap<string, Assignment> };

type Surroundings = { name: string; paths: ClusterPaths; world: World; journal: Journal; observer: NodeObserver; changed: () => void };

/** The nodes of one cluster: what each is, who supervises those of this host, which of the others answer. */
export class NodeTable {
  readonly #around: Surroundings;
  readonly #nodes = new Map<string, Node>();
  readonly #stages = new Map<string, StartStage>();
  readonly #remote: RemoteNodes;
  /** Of each start under way: what it has not started yet. */
  readonly #coming = new Set<ReadonlySet<string>>();
  #order: readonly string[] = [];

  constructor(around: Surroundings) {
    this.#around = around;
    this.#remote = new RemoteNodes(this.context, around.journal, (node) => {
      if (node.role === 'namesrv' && this.canAnswer(node.id)) this.doubtBrokers(node);
      around.changed();
    });
  }

  /** The nodes of this host. */
  get specs(): NodeSpec[] {
    return [...this.#nodes.values()].map(({ spec }) => spec);
  }
  /** The nodes that other hosts run. */
  get elsewhere(): readonly NodeSpec[] {
    return this.#remote.nodes;
  }
  /** The nodes of all hosts, in the order of the profile. */
  get everyone(): readonly NodeSpec[] {
    if (this.elsewhere.length === 0) return this.specs;
    const specs = new Map([...this.specs, ...this.elsewhere].map((spec) => [spec.id, spec]));
    return this.#order.flatMap((id) => specs.get(id) ?? []);
  }
  get all(): readonly Readonly<Node>[] {
    return [...this.#nodes.values()];
  }
  /** What a later daemon needs of each node. */
  get kept(): ClusterState['nodes'] {
    return new Map(this.all.map(({ next, supervisor }) => [next.id, { assignment: assignmentOf(next), snapshot: supervisor.snapshot() }]));
  }
  has(id: string): boolean {
    return this.#nodes.has(id);
  }
  /** @returns a node of this host; there must be one of this id. */
  of(id: string): Readonly<Node> {
    return this.#nodes.get(id) as Node;
  }
  stage(id: string): StartStage | undefined {
    return this.#stages.get(id);
  }
  isLive(id: string): boolean {
    const node = this.#nodes.get(id);
    return node !== undefined && LIVE_STATES.has(node.supervisor.state);
  }
  /** Can the node be asked now? One of another host: did it answer when it was asked last? */
  canAnswer(id: string): boolean {
    if (!this.has(id)) return this.#remote.isAnswering(id);
    return this.isLive(id) && this.of(id).supervisor.state !== 'paused';
  }
  /** Is the node wanted up, as far as this host knows? */
  isWanted(id: string): boolean {
    return this.has(id) ? this.of(id).supervisor.intent === 'up' : this.#remote.isAnswering(id);
  }
  get runningCount(): number {
    return this.all.filter(({ spec }) => this.isLive(spec.id)).length;
  }

  /** What the probes of a role may ask the cluster. */
  get context(): RoleContext {
    const { remoting, clock } = this.#around.world;
    return {
      remoting,
      clock,
      peers: () => this.everyone,
      isExpected: (id) => this.#isExpected(id),
      stage: (id, stage) => {
        if (START_STAGES.indexOf(stage) <= START_STAGES.indexOf(this.#stages.get(id) as StartStage)) return;
        this.#stages.set(id, stage);
        this.#around.changed();
      },
    };
  }

  /** Consists of these nodes from now on. A running one keeps its spec until its next launch. */
  replace(placed: Placed): void {
    const nodes = this.#place(placed).map((spec): Node => {
      const existing = this.#nodes.get(spec.id);
      if (!existing) return { spec, next: spec, supervisor: this.#supervise(spec) };
      if (this.isLive(spec.id)) return { ...existing, next: spec };
      existing.supervisor.replaceSpec(this.#runSpec(spec));
      return { spec, next: spec, supervisor: existing.supervisor };
    });
    this.#nodes.clear();
    for (const node of nodes) this.#nodes.set(node.spec.id, node);
  }

  /** As `replace`, of nodes that an earlier daemon left. @param found what is known of a node, and what its process was launched with if it lives */
  async restore(placed: Placed, found: (next: NodeSpec) => Promise<{ launched: NodeSpec | undefined; kept: NodeSnapshot }>): Promise<void> {
    for (const next of this.#place(placed)) {
      const { launched, kept } = await found(next);
      const spec = launched ?? next;
      this.#nodes.set(next.id, { spec, next, supervisor: this.#supervise(spec, kept) });
    }
  }

  /** Something has happened, or somebody looks: all nodes are asked often for the next minute. */
  hurry(): void {
    for (const { supervisor } of this.#nodes.values()) supervisor.hurry();
  }

  /** A NameServer that has just come up knows no broker yet. */
  doubtBrokers({ id: namesrv, localAddress }: NodeSpec): void {
    for (const { spec, supervisor } of this.#nodes.values()) {
      if (spec.role === 'broker' && spec.namesrvAddrs.includes(localAddress))
        supervisor.doubt(`${namesrv} has come back and must learn of it`);
    }
  }

  /** A start under way will start `ids`, of which it removes what it has started: probes expect them. @returns what ends that */
  expect(ids: ReadonlySet<string>): Disposable {
    this.#coming.add(ids);
    return { [Symbol.dispose]: () => void this.#coming.delete(ids) };
  }

  /** A start begins: nothing that an earlier one reached counts. */
  forgetStage(id: string): void {
    this.#stages.delete(id);
  }

  /** Asks now which nodes of other hosts answer. */
  async lookElsewhere(): Promise<void> {
    await this.#remote.ask();
  }

  /** Lets every node run on, and watches none any more. */
  release(): void {
    this.#remote.end();
    for (const { supervisor } of this.#nodes.values()) supervisor.release();
  }

  clear(): void {
    this.#nodes.clear();
  }

  /** @returns the specs of the nodes of this host. The others are those of other hosts from now on. */
  #place({ profile, host, assignments }: Placed): NodeSpec[] {
    const { name, paths } = this.#around;
    const specs = specsOnHost({ cluster: name, profile, host, paths, assignments });
    this.#order = specs.map(({ id }) => id);
    this.#remote.place(
      specs.filter(({ isElsewhere }) => isElsewhere),
      () => this.runningCount > 0,
    );
    return specs.filter(({ isElsewhere }) => !isElsewhere);
  }

  #supervise(spec: NodeSpec, kept?: NodeSnapshot): NodeSupervisor<LaunchSpec> {
    const { world, observer } = this.#around;
    return new NodeSupervisor(this.#runSpec(spec), world.launcher, world.clock, observer, kept);
  }

  #runSpec(spec: NodeSpec): NodeRunSpec<LaunchSpec> {
    const { world, journal } = this.#around;
    return runSpec(spec, this.context, world, (after) => prepareLaunch(this.#takeNext(spec), after, world, journal));
  }

  /** @returns the spec that a launch of the node of `spec` uses: it is in force from now on. */
  #takeNext(spec: NodeSpec): NodeSpec {
    const node = this.#nodes.get(spec.id);
    if (!node || node.next === node.spec) return node?.spec ?? spec;
    node.spec = node.next;
    node.supervisor.replaceSpec(this.#runSpec(node.spec));
    return node.spec;
  }

  /** A NameServer that is frozen or waits for its restart does not answer: no broker has to be registered there now. */
  #isExpected(id: string): boolean {
    const node = this.#nodes.get(id);
    if (!node) return this.#remote.isAnswering(id);
    if (node.supervisor.intent !== 'up') return [...this.#coming].some((ids) => ids.has(id));
    return node.spec.role !== 'namesrv' || !['paused', 'backoff'].includes(node.supervisor.state);
  }
}

function assignmentOf({ ports, release, jdk, jar }: NodeSpec): Assignment {
  return { ports, release, jdk, ...(jar && { jar }) };
}
