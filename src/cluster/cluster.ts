import { Changes } from '../base/changes.js';
import { discardFolder } from '../base/discard-folder.js';
import { RmqdevError } from '../base/errors.js';
import type { ClusterPaths } from '../base/paths.js';
import type { ClusterState as StateWord } from '../contract/status.js';
import type { LaunchSpec } from '../process/launcher.js';
import type { Profile } from '../profile/profile.js';
import type { Reach } from '../remoting/client.js';
import type { NodeSupervisor } from '../supervisor/node-supervisor.js';
import { BackgroundWork } from './background-work.js';
import { CrashReports } from './ends/crash-reports.js';
import { NodeTable, type Placed } from './node-table.js';
import { observeNodes } from './observe-nodes.js';
import { type OperationMode, Operations } from './operations.js';
import { restoreNodes } from './restore-nodes.js';
import type { RoleContext, StartStage } from './roles/role.js';
import { ownReach } from './spec/access-control.js';
import type { NodeSpec } from './spec/node-spec.js';
import { ClusterNotices } from './state/cluster-notices.js';
import { saveClusterState } from './state/cluster-state.js';
import { Elections } from './state/elections.js';
import { Journal } from './state/journal.js';
import { readBack } from './state/read-back.js';
import { type Pending, StartWishes } from './state/start-wishes.js';
import { stateWord } from './state-word.js';
import type { World } from './world.js';

/** What `up` makes the cluster consist of, and which of it must still be started or restarted. */
export type Wanted = Placed & { debug: boolean; pending?: Pending };
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
  readonly #nodes: NodeTable;
  readonly #changes = new Changes();
  #profile: Profile | undefined;
  #host: string | undefined;
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
    this.crashes = new CrashReports({
      paths: this.paths,
      journal: this.journal,
      world,
      annotate: (id, at, finding) => {
        if (this.hasNode(id) && this.supervisor(id).annotateExit(at, finding)) this.#changes.notify();
      },
    });
    const changed = () => this.#changes.notify();
    const { paths, journal, crashes } = this;
    const observer = observeNodes({ name, world, nodes: () => this.#nodes, journal, crashes, save: () => this.#saveIfPossible(), changed });
    this.#nodes = new NodeTable({ name, paths, world, journal, observer, changed });
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
    const { name, paths, journal, elections, world, crashes, wishes } = this;
    const left = readBack({ name, paths, journal, elections, notices: this.#notices }, world);
    if (!left) return false;
    const { state } = left;
    this.#profile = state.profile;
    this.#host = state.host;
    this.#debug = state.debug;
    wishes.setPending({ start: state.pendingStart, restart: state.pendingRestart });
    // Until each node is adopted, a supervisor knows less than the file.
    this.#isRestoring = true;
    await restoreNodes({ nodes: this.#nodes, world, journal, crashes, wishes, notices: this.#notices }, left);
    this.#isRestoring = false;
    this.#saveIfPossible();
    void this.lookElsewhere();
    return true;
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
    return this.#nodes.all.length > 0;
  }
  /** Which of the profile's hosts this machine is; undefined if the profile has none. */
  get host(): string | undefined {
    return this.#host;
  }
  /** The nodes of this host. */
  get specs(): NodeSpec[] {
    return this.#nodes.specs;
  }
  /** The nodes that other hosts run. */
  get elsewhere(): readonly NodeSpec[] {
    return this.#nodes.elsewhere;
  }
  /** The nodes of all hosts, in the order of the profile. */
  get everyone(): readonly NodeSpec[] {
    return this.#nodes.everyone;
  }
  /** Asks now which nodes of other hosts answer. */
  lookElsewhere(): Promise<void> {
    return this.#nodes.lookElsewhere();
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
    return this.#nodes.of(id).spec;
  }
  /** What the node's next launch will take. */
  nextSpec(id: string): NodeSpec {
    return this.#nodes.of(id).next;
  }
  supervisor(id: string): NodeSupervisor<LaunchSpec> {
    return this.#nodes.of(id).supervisor;
  }
  stage(id: string): StartStage | undefined {
    return this.#nodes.stage(id);
  }
  isLive(id: string): boolean {
    return this.#nodes.isLive(id);
  }
  /** Can the node be asked now? One of another host: did it answer when it was asked last? */
  canAnswer(id: string): boolean {
    return this.#nodes.canAnswer(id);
  }
  /** Is the node wanted up, as far as this host knows? */
  isWanted(id: string): boolean {
    return this.#nodes.isWanted(id);
  }
  get runningCount(): number {
    return this.#nodes.runningCount;
  }
  /** What the probes of a role may ask the cluster. */
  get roleContext(): RoleContext {
    return this.#nodes.context;
  }

  /** One word for all: see contract/status.ts. A start is under way as long as its command and the nodes that it began with are. */
  get state(): StateWord {
    return STARTING.has(this.operation ?? '') ? 'starting' : this.stateOfNodes;
  }
  /** Like `state`, but ignores the command that is under way. An optional node, such as a dashboard, does not make it less than ready. */
  get stateOfNodes(): StateWord {
    const nodes = this.#nodes.all.map(({ spec, supervisor: { state, isComingUp } }) => ({ spec, state, isComingUp }));
    return stateWord(
      nodes,
      this.elsewhere.filter(({ id }) => this.canAnswer(id)),
    );
  }

  /**
   * Makes the cluster consist of these nodes, and notes what is pending of them, in one write: from then on a later daemon continues what is
   * not settled. Specs of running nodes take effect at their next launch. A node that is no longer in the profile must have been stopped before.
   */
  apply({ profile, host, debug, assignments, pending }: Wanted): void {
    this.#profile = profile;
    this.#host = host;
    this.#debug = debug;
    this.#nodes.replace({ profile, host, assignments });
    if (pending) this.wishes.addPending(pending);
    this.save();
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
  /** On disk when it returns. See actions/pending.ts. */
  addPending(pending: Partial<Pending>): void {
    this.wishes.addPending(pending);
    this.save();
  }
  settlePending(ids: readonly string[]): void {
    if (this.wishes.settlePending(ids)) this.#saveIfPossible();
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
    saveClusterState(this.paths, {
      name: this.name,
      profile: this.#profile,
      host: this.#host,
      debug: this.#debug,
      pendingStart: this.wishes.pending.start,
      pendingRestart: this.wishes.pending.restart,
      bootId: this.world.bootId,
      seq: this.journal.seq,
      nodes: this.#nodes.kept,
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
    this.#nodes.release();
    await this.background.end();
  }

  /** A start under way will start `ids`, see NodeTable. */
  expect(ids: ReadonlySet<string>): Disposable {
    return this.#nodes.expect(ids);
  }

  /** Somebody looks: all nodes are asked often for the next minute. */
  hurry(): void {
    this.#nodes.hurry();
  }

  /** A full disk must not end the supervision: the next change writes what was not written now, and a later daemon finds a process by its marker. */
  #saveIfPossible(): void {
    try {
      this.save();
    } catch (error) {
      this.world.log.error({ cluster: this.name, err: error }, 'the state of a cluster could not be written down');
    }
  }
}
