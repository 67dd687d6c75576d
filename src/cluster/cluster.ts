import { Changes } from '../base/changes.js';
import { discardFolder } from '../base/discard-folder.js';
import { RmqdevError } from '../base/errors.js';
import type { NodeExitRecord, NodeState } from '../base/node-words.js';
import type { ClusterPaths } from '../base/paths.js';
import type { ClusterState as StateWord } from '../contract/status.js';
import { livingProcess } from '../process/find-marked.js';
import type { LaunchSpec } from '../process/launcher.js';
import type { Profile } from '../profile/profile.js';
import type { Reach } from '../remoting/client.js';
import { FRESH_SNAPSHOT, type NodeObserver, type NodeRunSpec, type NodeSnapshot, type Transition } from '../supervisor/node-run.js';
import { LIVE_STATES } from '../supervisor/node-state.js';
import { NodeSupervisor } from '../supervisor/node-supervisor.js';
import { BackgroundWork } from './background-work.js';
import { CrashReports } from './ends/crash-reports.js';
import { prepareLaunch } from './launch/launch.js';
import { runSpec } from './launch/run-spec.js';
import { type OperationMode, Operations } from './operations.js';
import { RemoteNodes } from './remote-nodes.js';
import { specsOnHost } from './roles/build-specs.js';
import { type RoleContext, START_STAGES, type StartStage } from './roles/role.js';
import { ownReach } from './spec/access-control.js';
import { readLaunchedSpec } from './spec/launched-spec.js';
import { type Assignment, type NodeSpec, nodeMarker } from './spec/node-spec.js';
import { ClusterNotices } from './state/cluster-notices.js';
import { saveClusterState } from './state/cluster-state.js';
import { Elections } from './state/elections.js';
import { Journal } from './state/journal.js';
import { isCrash, recordExit, recordTransition } from './state/node-events.js';
import { readBack } from './state/read-back.js';
import { type Pending, StartWishes } from './state/start-wishes.js';
import { stateWord } from './state-word.js';
import type { World } from './world.js';

/** `spec` is what a running node was launched with, `next` what its next launch will take. */
type Node = { spec: NodeSpec; next: NodeSpec; supervisor: NodeSupervisor<LaunchSpec> };
/** What `up` makes the cluster consist of. */
export type Wanted = {
  profile: Profile;
  /** Which of the profile's hosts this machine is. */
  host: string | undefined;
  debug: boolean;
  assignments: ReadonlyMap<string, Assignment>;
};
/** Operations that start nodes; a start that a later daemon continues is an `up`. */
const STARTING: ReadonlySet<string> = new Set(['up', 'start', 'restart', 'reset']);

/** One cluster: its nodes, what the disk holds of them, and the one operation that may be under way. */
export class Cluster {
  readonly name: string;
  readonly paths: ClusterPaths;
  readonly journal: Journal;
  readonly crashes: CrashReports;
  readonly world: World;
  readonly wishes = new StartWishes();
  readonly elections: Elections;
  readonly background = new BackgroundWork();
  /** `down --delete` has been asked for: no stop waits for a store any more, not even one that is under way. */
  isThrownAway = false;
  readonly #notices = new ClusterNotices();
  readonly #nodes = new Map<string, Node>();
  readonly #stages = new Map<string, StartStage>();
  readonly #changes = new Changes();
  #profile: Profile | undefined;
  #host: string | undefined;
  readonly #remote: RemoteNodes;
  #debug = false;
  readonly #operations: Operations;
  #isReleased = false;
  #isDeleted = false;
  #isRestoring = false;

  constructor(world: World, name: string) {
    this.world = world;
    this.name = name;
    this.paths = world.home.cluster(name);
    this.#operations = new Operations(name, world.clock);
    this.journal = new Journal(this.paths.journal, name, world.clock, world.log);
    this.journal.subscribe((event) => this.#notices.note(event));
    this.elections = new Elections(this.journal);
    this.#remote = new RemoteNodes(this.roleContext, this.journal, (node) => {
      if (node.role === 'namesrv' && this.canAnswer(node.id)) this.#doubtBrokers(node);
      this.#changes.notify();
    });
    this.crashes = new CrashReports({
      paths: this.paths,
      journal: this.journal,
      world,
      annotate: (id, at, finding) => this.#annotateExit(id, at, finding),
    });
  }

  /**
   * Adopts what an earlier daemon left: every node by pid and start time. Starts nothing after a restart of the machine: what was
   * up is then pending.
   * @returns false if there is no such cluster on disk.
   * @throws RmqdevError STATE_UNREADABLE if neither the state nor its copy can be read. Both are then set aside, and nothing is supervised.
   */
  async restore(): Promise<boolean> {
    try {
      return await this.#restore();
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  async #restore(): Promise<boolean> {
    const { name, paths, journal, elections } = this;
    const left = readBack({ name, paths, journal, elections, notices: this.#notices }, this.world);
    if (!left) return false;
    const { state, isRebooted } = left;
    this.#profile = state.profile;
    this.#debug = state.debug;
    this.wishes.setPending({ start: state.pendingStart, restart: state.pendingRestart });
    const found = new Map<string, NodeSnapshot>();
    const assignments = new Map([...state.nodes].map(([id, node]) => [id, node.assignment]));
    this.#host = state.host;
    for (const next of this.#place(state.profile, assignments)) {
      const kept = state.nodes.get(next.id)?.snapshot ?? FRESH_SNAPSHOT;
      const identity = isRebooted ? kept.identity : await livingProcess(this.world.platform, nodeMarker(next.paths), kept.identity);
      const spec = (identity && readLaunchedSpec(next.paths)) ?? next;
      const supervisor = new NodeSupervisor(this.#runSpec(spec), this.world.launcher, this.world.clock, this.#observer, kept);
      this.#nodes.set(next.id, { spec, next, supervisor });
      found.set(next.id, { ...kept, identity });
    }
    // Until each node is adopted, a supervisor knows less than the file.
    this.#isRestoring = true;
    if (isRebooted) this.#noteReboot(found);
    else for (const [id, snapshot] of found) await this.#adopt(id, snapshot);
    this.#isRestoring = false;
    this.#saveIfPossible();
    void this.lookElsewhere();
    return true;
  }

  async #adopt(id: string, snapshot: NodeSnapshot): Promise<void> {
    const { spec, supervisor } = this.#node(id);
    this.crashes.resume(spec, { pid: snapshot.identity?.pid ?? null, startedAt: snapshot.startedAt });
    if (!(await supervisor.adopt(snapshot))) return;
    this.journal.record('node-adopted', id, `${id} taken over: pid ${supervisor.pid}`, { pid: supervisor.pid });
  }

  /** The machine went down under the cluster: no node crashed, and what was up comes back in the order and with the checks of `up`. */
  #noteReboot(found: ReadonlyMap<string, NodeSnapshot>): void {
    const wanted = [...found].filter(([, { intent }]) => intent === 'up').map(([id]) => id);
    this.wishes.addPending({ start: wanted });
    const text = `the machine was restarted${wanted.length === 0 ? '' : `; ${wanted.join(', ')} ran before and will be started again`}`;
    this.journal.record('machine-restarted', null, text, { pending: wanted });
    this.#notices.setResume(text);
    for (const [id, snapshot] of found) {
      const { supervisor } = this.#node(id);
      this.crashes.resume(this.spec(id), { pid: null, startedAt: snapshot.startedAt });
      supervisor.noteReboot(snapshot);
    }
  }

  get profile(): Profile {
    if (this.#profile) return this.#profile;
    throw new RmqdevError('CLUSTER_NOT_FOUND', {
      what: `cluster ${this.name} has no nodes yet`,
      why: 'its first `rmqdev up` has not created them yet',
      next: 'Wait for it, or see `rmqdev events`',
    });
  }
  get notices(): readonly string[] {
    return this.#notices.all;
  }
  /** An interrupted start did not finish. Told until some operation does. */
  noteResumeFailed(failure: string): void {
    this.#notices.setResume(failure);
    this.journal.record('resume-failed', null, failure);
  }
  get debug(): boolean {
    return this.#debug;
  }
  get hasNodes(): boolean {
    return this.#nodes.size > 0;
  }
  /** Which of the profile's hosts this machine is; undefined if the profile has none. */
  get host(): string | undefined {
    return this.#host;
  }
  /** The nodes that other hosts run. */
  get elsewhere(): readonly NodeSpec[] {
    return this.#remote.nodes;
  }
  /** The nodes of all hosts, in the order of the profile. */
  get everyone(): readonly NodeSpec[] {
    if (this.elsewhere.length === 0) return this.specs;
    const specs = new Map([...this.specs, ...this.elsewhere].map((spec) => [spec.id, spec]));
    return this.profile.nodes.flatMap(({ id }) => specs.get(id) ?? []);
  }
  /** Asks now which nodes of other hosts answer. */
  async lookElsewhere(): Promise<void> {
    await this.#remote.ask();
  }
  /** The nodes of this host. */
  get specs(): NodeSpec[] {
    return [...this.#nodes.values()].map((node) => node.spec);
  }
  /** The name of what is under way, if anything. */
  get operation(): string | undefined {
    return this.#operations.current;
  }
  /** For clients: on several hosts the addresses that work on all of them. */
  get namesrvAddr(): string {
    return this.everyone
      .filter((spec) => spec.role === 'namesrv')
      .map((spec) => (this.#host === undefined ? spec.localAddress : spec.registeredAddress))
      .join(';');
  }

  /** @returns how to speak to the node that has `port`; undefined if no node has it. */
  reachOf(port: number): Reach | undefined {
    const spec = this.everyone.find(({ ports }) => Object.values(ports).includes(port));
    return spec && ownReach(spec);
  }
  hasNode(id: string): boolean {
    return this.#nodes.has(id);
  }
  spec(id: string): NodeSpec {
    return this.#node(id).spec;
  }
  /** What the node's next launch will take. */
  nextSpec(id: string): NodeSpec {
    return this.#node(id).next;
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
  /** Can the node be asked now? One of another host: did it answer when it was asked last? */
  canAnswer(id: string): boolean {
    if (!this.#nodes.has(id)) return this.#remote.isAnswering(id);
    return this.isLive(id) && this.supervisor(id).state !== 'paused';
  }
  /** Is the node wanted up, as far as this host knows? */
  isWanted(id: string): boolean {
    return this.#nodes.has(id) ? this.supervisor(id).intent === 'up' : this.#remote.isAnswering(id);
  }
  get runningCount(): number {
    return this.specs.filter((spec) => this.isLive(spec.id)).length;
  }

  /** One word for all: see contract/status.ts. A start is under way as long as its command and the nodes that it began with are. */
  get state(): StateWord {
    return STARTING.has(this.operation ?? '') ? 'starting' : this.stateOfNodes;
  }
  /** Like `state`, but ignores the command that is under way. An optional node, such as a dashboard, does not make it less than ready. */
  get stateOfNodes(): StateWord {
    const nodes = [...this.#nodes.values()].map(({ spec, supervisor: { state, isComingUp } }) => ({ spec, state, isComingUp }));
    return stateWord(
      nodes,
      this.elsewhere.filter(({ id }) => this.canAnswer(id)),
    );
  }

  /**
   * Makes the cluster consist of these nodes. Specs of running nodes take effect at their next launch.
   * A node that is no longer in the profile must have been stopped before.
   */
  apply({ profile, host, debug, assignments }: Wanted): void {
    this.#profile = profile;
    this.#host = host;
    this.#debug = debug;
    const nodes = this.#place(profile, assignments).map((spec): Node => {
      const existing = this.#nodes.get(spec.id);
      if (!existing)
        return {
          spec,
          next: spec,
          supervisor: new NodeSupervisor(this.#runSpec(spec), this.world.launcher, this.world.clock, this.#observer),
        };
      if (this.isLive(spec.id)) return { ...existing, next: spec };
      existing.supervisor.replaceSpec(this.#runSpec(spec));
      return { spec, next: spec, supervisor: existing.supervisor };
    });
    this.#nodes.clear();
    for (const node of nodes) this.#nodes.set(node.spec.id, node);
    this.save();
  }

  /** @returns the specs of the nodes of this host. The others are those of other hosts from now on. */
  #place(profile: Profile, assignments: ReadonlyMap<string, Assignment>): NodeSpec[] {
    const specs = specsOnHost({ cluster: this.name, profile, host: this.#host, paths: this.paths, assignments });
    this.#remote.place(
      specs.filter(({ isElsewhere }) => isElsewhere),
      () => this.runningCount > 0,
    );
    return specs.filter(({ isElsewhere }) => !isElsewhere);
  }

  /** Runs `work` as an operation on the cluster. @throws RmqdevError CLUSTER_BUSY; INTERRUPTED if another takes over */
  async operate<T>(name: string, mode: OperationMode, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      const result = await this.#operations.run(name, mode, work);
      this.#notices.setResume(undefined);
      return result;
    } finally {
      this.#changes.notify();
    }
  }

  /** A user has stopped or killed these: neither a start that is under way nor a later daemon that continues it may bring them up. */
  noteStopped(ids: readonly string[]): void {
    this.wishes.noteStopped(ids);
    this.#saveIfPossible();
  }
  addPending(pending: Partial<Pending>): void {
    this.wishes.addPending(pending);
    this.save();
  }
  settlePending(ids: readonly string[]): void {
    this.wishes.settlePending(ids);
    this.save();
  }

  /** Resolves once `condition` holds; tests it after every change of a node. @throws the reason of `signal` if it aborts. */
  until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    return this.#changes.until(condition, signal);
  }

  /** Calls `listener` after every change of a node. @returns a function that ends it. */
  onChange(listener: () => void): () => void {
    return this.#changes.listen(listener);
  }

  save(): void {
    if (!this.#profile || this.#isReleased || this.#isRestoring) return;
    const nodes = new Map(
      [...this.#nodes.values()].map(({ next, supervisor }) => [
        next.id,
        { assignment: assignmentOf(next), snapshot: supervisor.snapshot() },
      ]),
    );
    saveClusterState(this.paths, {
      name: this.name,
      profile: this.#profile,
      host: this.#host,
      debug: this.#debug,
      pendingStart: this.wishes.pending.start,
      pendingRestart: this.wishes.pending.restart,
      bootId: this.world.bootId,
      seq: this.journal.seq,
      nodes,
    });
  }

  get isDeleted(): boolean {
    return this.#isDeleted;
  }

  /**
   * Deletes the cluster: removes and forgets it in one step, so that an interruption leaves it either as it was or deleted. Its background
   * work must have ended. @returns a function that removes its files
   */
  delete(): () => Promise<void> {
    const removeFiles = discardFolder(this.paths.root);
    this.crashes.abandon();
    this.#isDeleted = true;
    this.forget();
    return removeFiles;
  }

  /** Forgets the cluster: writes nothing any more. */
  forget(): void {
    this.journal.close();
    void this.#letGo();
    this.#nodes.clear();
  }

  /** Releases every node at once and leaves it running. Resolves when the background work of the cluster has ended. */
  async release(): Promise<void> {
    this.#saveIfPossible();
    await this.#letGo();
  }

  async #letGo(): Promise<void> {
    this.#isReleased = true;
    this.#remote.end();
    for (const { supervisor } of this.#nodes.values()) supervisor.release();
    await this.background.end();
  }

  /** What the probes of a role may ask the cluster. */
  get roleContext(): RoleContext {
    return {
      remoting: this.world.remoting,
      clock: this.world.clock,
      peers: () => this.everyone,
      isExpected: (id) => this.#isExpected(id),
      stage: (id, stage) => {
        if (START_STAGES.indexOf(stage) <= START_STAGES.indexOf(this.#stages.get(id) as StartStage)) return;
        this.#stages.set(id, stage);
        this.#changes.notify();
      },
    };
  }

  /** A NameServer that is frozen or waits for its restart does not answer: no broker has to be registered there now. */
  #isExpected(id: string): boolean {
    const node = this.#nodes.get(id);
    if (!node) return this.#remote.isAnswering(id);
    if (node.supervisor.intent !== 'up') return false;
    return node.spec.role !== 'namesrv' || !['paused', 'backoff'].includes(node.supervisor.state);
  }

  #node(id: string): Node {
    return this.#nodes.get(id) as Node;
  }

  #runSpec(spec: NodeSpec): NodeRunSpec<LaunchSpec> {
    return runSpec(spec, this.roleContext, this.world, (after) => prepareLaunch(this.#takeNext(spec), after, this.world, this.journal));
  }

  readonly #observer: NodeObserver = {
    launched: (id, { pid, startTime }) => {
      this.journal.record('node-launched', id, `${id} runs as pid ${pid}`, { pid, startTime });
      this.crashes.launched(id, { pid, startedAt: this.world.clock.now() });
      this.#saveIfPossible();
    },
    noted: () => this.#saveIfPossible(),
    exited: (id, exit, wasState) => this.#recordExit(id, exit, wasState),
    transition: (id, transition) => {
      if (transition.to === 'starting') this.#stages.delete(id);
      this.#recordTransition(id, transition);
      if (transition.from === 'starting' && transition.to === 'ready' && this.spec(id).role === 'namesrv')
        this.#doubtBrokers(this.spec(id));
      this.#saveIfPossible();
      this.#changes.notify();
    },
  };

  /** @returns the spec that a launch of the node of `spec` uses: it is in force from now on. */
  #takeNext(spec: NodeSpec): NodeSpec {
    const node = this.#nodes.get(spec.id);
    if (!node || node.next === node.spec) return node?.spec ?? spec;
    node.spec = node.next;
    node.supervisor.replaceSpec(this.#runSpec(node.spec));
    return node.spec;
  }

  /** A NameServer that has just come up knows no broker yet. */
  #doubtBrokers({ id: namesrv, localAddress }: NodeSpec): void {
    for (const { spec, supervisor } of this.#nodes.values()) {
      if (spec.role === 'broker' && spec.namesrvAddrs.includes(localAddress))
        supervisor.doubt(`${namesrv} has come back and must learn of it`);
    }
  }

  /** A full disk must not end the supervision: the next change writes what was not written now, and a later daemon finds a process by its marker. */
  #saveIfPossible(): void {
    try {
      this.save();
    } catch (error) {
      this.world.log.error({ cluster: this.name, err: error }, 'the state of a cluster could not be written down');
    }
  }

  #recordExit(id: string, exit: NodeExitRecord, wasState: NodeState): void {
    const { spec, supervisor } = this.#node(id);
    const facts = {
      wasReady: supervisor.snapshot().wasReady,
      decision: supervisor.reason ?? '',
      isLaunchedNext: supervisor.state === 'backoff',
    };
    if (isCrash(exit)) this.crashes.exited(spec, exit, facts);
    recordExit(this.journal, id, exit, wasState);
  }

  #annotateExit(id: string, at: number, finding: string): void {
    if (this.#nodes.get(id)?.supervisor.annotateExit(at, finding)) this.#changes.notify();
  }

  #recordTransition(id: string, transition: Transition): void {
    const { from, to, event, reason } = transition;
    recordTransition(this.journal, id, transition, this.supervisor(id).snapshot());
    this.world.log.info({ cluster: this.name, nodeId: id, state: to, from, event }, reason ?? to);
  }
}

function assignmentOf({ ports, release, jdk, jar }: NodeSpec): Assignment {
  return { ports, release, jdk, ...(jar && { jar }) };
}
