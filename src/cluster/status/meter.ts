import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deadline } from '../../base/clock.js';
import type { NodeExitRecord } from '../../base/node-words.js';
import type { CrashReport } from '../../contract/findings.js';
import type { ClusterStatus, NodeStatus, RemoteNodeStatus } from '../../contract/status.js';
import { processStats } from '../../process/process-stats.js';
import { getRuntimeInfo } from '../../remoting/broker-api.js';
import { ResponseCode } from '../../remoting/codes.js';
import { getSyncStateSets } from '../../remoting/controller-api.js';
import { brokerAddresses, getTopicRoute } from '../../remoting/namesrv-api.js';
import { ResponseError } from '../../remoting/response.js';
import type { Cluster } from '../cluster.js';
import { causeOf } from '../ends/crash-reports.js';
import { driftedKeys, runConfigFile } from '../roles/config-file.js';
import { controllerAddress } from '../roles/controller.js';
import { changesBetween } from '../spec/differences.js';
import { isElected, isMaster, isSlave, type NodeSpec } from '../spec/node-spec.js';
import { askControllers } from './controllers.js';
import { liveRole, NO_ROUTES, type Replicas, type RouteView, replicationOf, roleNow } from './replication.js';

/** A node that does not answer within this time is missing in this status; one that is not ready gets less time. */
const ASK_TIMEOUT_MS = 1_500;
const ASK_UNREADY_TIMEOUT_MS = 200;
const ASK_AGAIN_MS = 100;
const CATCH_UP_TRIES = 4;
/** The answers of a node are used for this long. */
const FRESH_MS = 1_000;
/** An election changes them. */
const DECIDED_KEYS: readonly string[] = ['brokerId', 'brokerRole'];

/** `ahead`: slaves whose commit log is longer than that of their master. */
type Asked = Replicas & { at: number };

/** Asks a cluster's nodes what only they know; answers are kept for a second, questions under way are shared. */
export class ClusterMeter {
  readonly #cluster: Cluster;
  #last: Asked | undefined;
  #underWay: Promise<Asked> | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    cluster.onChange(() => {
      this.#last = undefined;
    });
  }

  /**
   * pid, state, memory and disk are read now; answers of nodes are at most a second old, and a node that does not answer does not delay it.
   * @param takesProof after a start: a broker that has no statistics yet is not asked again, because its start has just proved its replication.
   */
  async status(wanted: readonly string[], { takesProof = false } = {}): Promise<ClusterStatus> {
    const cluster = this.#cluster;
    // Who looks again soon finds states as fresh as after a change.
    cluster.hurry();
    const ids = wanted.filter((id) => cluster.hasNode(id));
    const remote = cluster.elsewhere.filter(({ id }) => wanted.includes(id));
    const pids = ids.flatMap((id) => cluster.supervisor(id).pid ?? []);
    const [asked, stats] = await Promise.all([this.#ask(takesProof), processStats(pids)]);
    const nodes = await Promise.all(ids.map((id) => this.#node(id, asked, stats)));
    const [first] = cluster.specs;
    return {
      cluster: cluster.name,
      profile: cluster.profile.name,
      state: cluster.state,
      rocketmq: first?.release.version ?? '',
      rocketmqHome: first?.release.home ?? '',
      java: { version: first?.jdk.major ?? 0, home: first?.jdk.home ?? '' },
      measuredAt: new Date(cluster.world.clock.now()).toISOString(),
      namesrvAddr: cluster.namesrvAddr,
      nodes,
      ...(cluster.host === undefined ? {} : { host: cluster.host, remoteNodes: remote.map((spec) => this.#remoteNode(spec, asked)) }),
      ...(cluster.notices.length > 0 ? { notices: [...cluster.notices] } : {}),
    };
  }

  /** Asks the NameServers now. */
  async routes(): Promise<RouteView> {
    return this.#askRoutes();
  }

  async #node(id: string, asked: Asked, stats: Awaited<ReturnType<typeof processStats>>): Promise<NodeStatus> {
    const cluster = this.#cluster;
    const [spec, supervisor] = [cluster.spec(id), cluster.supervisor(id)];
    const { pid } = supervisor;
    const measured = pid === null ? undefined : stats.get(pid);
    const registeredWith = this.#registeredWith(spec, asked);
    const [diskBytes, configDrift] = await Promise.all([folderBytes(spec.paths.root), this.#drift(spec)]);
    return {
      id,
      role: spec.role,
      brokerName: spec.brokerName,
      brokerId: spec.brokerId,
      liveRole: liveRole(asked, spec),
      state: supervisor.state,
      reason: supervisor.reason,
      pid,
      address: spec.localAddress,
      startedAt: supervisor.startedAt === null ? null : new Date(supervisor.startedAt).toISOString(),
      restarts: supervisor.restarts,
      rocketmq: spec.release.version,
      java: { version: spec.jdk.major, home: spec.jdk.home },
      ...(spec.jar ? { jar: { path: spec.jar.path, title: spec.jar.title } } : {}),
      ports: { ...spec.ports },
      rssBytes: measured?.rssBytes ?? null,
      cpuPercent: measured?.cpuPercent ?? null,
      heapBytes: spec.heapBytes,
      registeredWith,
      ...this.#replicationOf(spec, asked),
      diskBytes,
      configDrift,
      pendingChanges: changesBetween(spec, cluster.nextSpec(id)),
      lastExit: supervisor.lastExit === null ? null : exitRecord(supervisor.lastExit, cluster.crashes.of(id, supervisor.lastExit.at)),
    };
  }

  /** What NameServers and the node itself say of a node of another host. */
  #remoteNode(spec: NodeSpec, asked: Asked): RemoteNodeStatus {
    return {
      id: spec.id,
      role: spec.role,
      host: spec.host,
      brokerName: spec.brokerName,
      brokerId: spec.brokerId,
      liveRole: liveRole(asked, spec),
      answers: this.#cluster.canAnswer(spec.id),
      address: spec.localAddress,
      registeredWith: this.#registeredWith(spec, asked),
      ...this.#replicationOf(spec, asked),
    };
  }

  #registeredWith(spec: NodeSpec, { routes }: Asked): string[] {
    return this.#cluster.everyone.filter((peer) => listsNode(routes.get(peer.id), spec)).map((peer) => peer.localAddress);
  }

  #replicationOf(spec: NodeSpec, asked: Asked) {
    return replicationOf(spec, this.#cluster.everyone, asked, ({ id }) => this.#cluster.canAnswer(id));
  }

  #ask(takesProof = false): Promise<Asked> {
    if (this.#last && this.#cluster.world.clock.now() - this.#last.at < FRESH_MS) return Promise.resolve(this.#last);
    this.#underWay ??= this.#askAll(takesProof).finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #askAll(takesProof: boolean): Promise<Asked> {
    // While nothing runs here, nobody else asks.
    if (this.#cluster.runningCount === 0) await this.#cluster.lookElsewhere();
    const at = this.#cluster.world.clock.now();
    const asking = this.#askRoutes();
    // Only the NameServers know who is the master by election.
    const known = this.#cluster.everyone.some(isElected) ? await asking : NO_ROUTES;
    const proved = new Set<string>();
    const tooSoon = ({ id }: NodeSpec) => takesProof && this.#cluster.stage(id) === 'in sync' && proved.add(id) !== undefined;
    const [routes, offsets, controllers] = await Promise.all([asking, this.#askOffsets(known, tooSoon), this.#askControllers()]);
    this.#last = { at, routes, offsets, proved, ahead: await this.#slavesAhead(offsets), ...controllers };
    return this.#last;
  }

  /** Who leads the controllers, and which replicas it counts as in sync. */
  async #askControllers(): Promise<Pick<Replicas, 'leader' | 'syncStateSets'>> {
    const { everyone, world } = this.#cluster;
    const brokerNames = [...new Set(everyone.flatMap((spec) => (spec.election === 'controller' ? (spec.brokerName ?? []) : [])))];
    const { leader } = await askControllers(this.#cluster, (spec) => this.#timeoutMsFor(spec));
    if (!leader) return { leader: undefined, syncStateSets: undefined };
    using deadline = this.#deadlineFor(leader);
    const sets = await getSyncStateSets(world.remoting, controllerAddress(leader), brokerNames, deadline.signal).catch(() => undefined);
    return { leader: leader.id, syncStateSets: sets };
  }

  async #askRoutes(): Promise<RouteView> {
    const { everyone, world } = this.#cluster;
    const brokerNames = [...new Set(everyone.flatMap((spec) => spec.brokerName ?? []))];
    const views = await Promise.all(
      everyone
        .filter((spec) => spec.role === 'namesrv' && this.#cluster.canAnswer(spec.id))
        .map(async (namesrv) => {
          const routes = await Promise.all(
            brokerNames.map(async (brokerName): Promise<[string, ReadonlyMap<number, string>]> => {
              using deadline = this.#deadlineFor(namesrv);
              const route = await getTopicRoute(world.remoting, namesrv.localAddress, brokerName, deadline.signal).catch(() => undefined);
              return [brokerName, brokerAddresses(route, brokerName)];
            }),
          );
          return [namesrv.id, new Map(routes)] as const;
        }),
    );
    return new Map(views);
  }

  /** Masters before slaves: during steady sends, a slave that is asked later holds at least what its master held. */
  async #askOffsets(routes: RouteView, tooSoon: (spec: NodeSpec) => boolean): Promise<Map<string, number>> {
    const offsets = new Map<string, number>();
    const brokers = this.#cluster.everyone.filter((spec) => spec.role === 'broker');
    const masters = brokers.filter((spec) => roleNow(spec, routes) === 'master');
    for (const tier of [masters, brokers.filter((spec) => !masters.includes(spec))]) {
      await Promise.all(
        tier
          .filter(({ id }) => this.#cluster.canAnswer(id))
          .map(async (spec) => {
            const master = tier === masters ? undefined : masters.find(({ brokerName }) => brokerName === spec.brokerName);
            const offset = await this.#askReached(spec, tooSoon, master && offsets.get(master.id));
            if (offset !== undefined) offsets.set(spec.id, offset);
          }),
      );
    }
    return offsets;
  }

  /** During steady sends a slave is always some bytes behind: asks it again until it holds what its master held, or for a short time. */
  async #askReached(spec: NodeSpec, tooSoon: (spec: NodeSpec) => boolean, wanted = 0): Promise<number | undefined> {
    let offset = await this.#askOffset(spec, tooSoon);
    for (let tries = 1; tries < CATCH_UP_TRIES && offset !== undefined && offset < wanted; tries += 1) {
      await this.#cluster.world.clock.sleep(ASK_AGAIN_MS);
      offset = (await this.#askOffset(spec)) ?? offset;
    }
    return offset;
  }

  /** During steady sends a slave that is asked after its master may hold more than the master held: asks the master once more. */
  async #slavesAhead(offsets: ReadonlyMap<string, number>): Promise<Set<string>> {
    const { everyone } = this.#cluster;
    const ahead = new Set<string>();
    for (const slave of everyone.filter(isSlave)) {
      const master = everyone.find((spec) => isMaster(spec) && spec.brokerName === slave.brokerName);
      const [held, wanted] = [offsets.get(slave.id), master && offsets.get(master.id)];
      if (!master || held === undefined || wanted === undefined || held <= wanted) continue;
      const now = await this.#askOffset(master);
      if (now !== undefined && now < held) ahead.add(slave.id);
    }
    return ahead;
  }

  /** In its first second a broker may answer code 1, and soon after that correctly. @returns undefined if it does not answer, or it is `tooSoon`. */
  async #askOffset(spec: NodeSpec, tooSoon: (spec: NodeSpec) => boolean = () => false): Promise<number | undefined> {
    const { remoting, clock } = this.#cluster.world;
    using deadline = this.#deadlineFor(spec);
    while (!deadline.signal.aborted) {
      try {
        return (await getRuntimeInfo(remoting, spec.localAddress, deadline.signal)).commitLogMaxOffset;
      } catch (error) {
        if (!(error instanceof ResponseError && error.code === ResponseCode.SYSTEM_ERROR) || tooSoon(spec)) return undefined;
        await clock.sleep(ASK_AGAIN_MS, deadline.signal);
      }
    }
    return undefined;
  }

  #deadlineFor(spec: NodeSpec): Deadline {
    return this.#cluster.world.clock.deadline(this.#timeoutMsFor(spec));
  }

  #timeoutMsFor(spec: NodeSpec): number {
    return spec.isElsewhere || this.#cluster.supervisor(spec.id).state === 'ready' ? ASK_TIMEOUT_MS : ASK_UNREADY_TIMEOUT_MS;
  }

  async #drift(spec: NodeSpec): Promise<string[]> {
    const text = await readFile(runConfigFile(spec), 'utf8').catch(() => '');
    const drifted = driftedKeys(spec.config, text);
    return isElected(spec) ? drifted.filter((key) => !DECIDED_KEYS.includes(key)) : drifted;
  }
}

function listsNode(routes: ReadonlyMap<string, ReadonlyMap<number, string>> | undefined, spec: NodeSpec): boolean {
  return spec.brokerName !== null && [...(routes?.get(spec.brokerName)?.values() ?? [])].includes(spec.registeredAddress);
}

function exitRecord(exit: NodeExitRecord, report: CrashReport | null): NonNullable<NodeStatus['lastExit']> {
  const { at, notBefore, code, signal, cause, finding } = exit;
  const found = report ? causeOf(report.findings) : undefined;
  return {
    at: iso(at),
    notBefore: notBefore === null ? null : iso(notBefore),
    code,
    signal,
    cause,
    finding: finding ?? found?.code ?? null,
    detail: found?.what ?? exit.detail,
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** @returns the bytes that a folder's files occupy (sparse files count what they hold); null if it is missing. */
export async function folderBytes(folder: string): Promise<number | null> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => null);
  if (entries === null) return null;
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return (await folderBytes(path)) ?? 0;
      // Files come and go while brokers run.
      return stat(path).then(
        ({ blocks }) => blocks * 512,
        () => 0,
      );
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
