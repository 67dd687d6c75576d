import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deadline } from '../base/clock.js';
import type { CrashReport } from '../contract/findings.js';
import type { ClusterStatus, NodeStatus } from '../contract/status.js';
import { processStats } from '../process/process-stats.js';
import { getRuntimeInfo } from '../remoting/broker-api.js';
import { ResponseCode } from '../remoting/codes.js';
import { getTopicRoute } from '../remoting/namesrv-api.js';
import { ResponseError } from '../remoting/response.js';
import type { NodeExitRecord } from '../supervisor/node-run.js';
import type { Cluster } from './cluster.js';
import { driftedKeys } from './config-file.js';
import { causeOf } from './crash-reports.js';
import { isMaster, isSlave, type NodeSpec } from './node-spec.js';

/** A node that does not answer within this time has nothing to say in this status; one that is not ready is given less. */
const ASK_TIMEOUT_MS = 1_500;
const ASK_UNREADY_TIMEOUT_MS = 200;
const ASK_AGAIN_MS = 100;
/** What was asked of a node is used this long. */
const FRESH_MS = 1_000;

/** Which address every NameServer lists under which id: NameServer id → brokerName → brokerId → address. */
export type RouteView = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<number, string>>>;
/** `ahead`: slaves whose commit log is longer than that of their master. */
type Asked = { at: number; routes: RouteView; offsets: ReadonlyMap<string, number>; ahead: ReadonlySet<string> };

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

  /** pid, state, memory and disk are read now; what asks a node is at most a second old, and a mute node does not delay it. */
  async status(ids: readonly string[]): Promise<ClusterStatus> {
    const cluster = this.#cluster;
    const pids = ids.flatMap((id) => cluster.supervisor(id).pid ?? []);
    const [asked, stats] = await Promise.all([this.#ask(), processStats(pids)]);
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
    const registeredWith = cluster.specs.filter((peer) => listsNode(asked.routes.get(peer.id), spec)).map((peer) => peer.localAddress);
    const [diskBytes, configDrift] = await Promise.all([folderBytes(spec.paths.root), this.#drift(spec)]);
    return {
      id,
      role: spec.role,
      brokerName: spec.brokerName,
      brokerId: spec.brokerId,
      liveRole: liveRole(asked.routes, spec),
      state: supervisor.state,
      reason: supervisor.reason,
      pid,
      startedAt: supervisor.startedAt === null ? null : new Date(supervisor.startedAt).toISOString(),
      restarts: supervisor.restarts,
      rocketmq: spec.release.version,
      java: { version: spec.jdk.major, home: spec.jdk.home },
      ports: { ...spec.ports },
      rssBytes: measured?.rssBytes ?? null,
      cpuPercent: measured?.cpuPercent ?? null,
      heapBytes: spec.heapBytes,
      registeredWith,
      ...this.#replication(spec, asked),
      diskBytes,
      configDrift,
      lastExit: supervisor.lastExit === null ? null : exitRecord(supervisor.lastExit, cluster.crashes.of(id, supervisor.lastExit.at)),
    };
  }

  #replication(spec: NodeSpec, asked: Asked): { inSync: boolean | null; lagBytes: number | null } {
    const partners = this.#cluster.specs.filter(
      (other) => other.brokerName !== null && other.brokerName === spec.brokerName && other.id !== spec.id,
    );
    const held = asked.offsets.get(spec.id);
    if (isSlave(spec)) {
      const master = partners.find(isMaster);
      const wanted = master && asked.offsets.get(master.id);
      if (held === undefined || wanted === undefined) return { inSync: null, lagBytes: null };
      if (asked.ahead.has(spec.id)) return { inSync: false, lagBytes: wanted - held };
      const lagBytes = Math.max(0, wanted - held);
      return { inSync: lagBytes === 0, lagBytes };
    }
    const slaves = partners.filter(isSlave);
    if (!isMaster(spec) || slaves.length === 0 || held === undefined) return { inSync: null, lagBytes: null };
    const answers = slaves.map((slave) => (asked.ahead.has(slave.id) ? -1 : asked.offsets.get(slave.id)));
    if (answers.every((offset) => offset === undefined) && slaves.some((slave) => this.#isAskable(slave)))
      return { inSync: null, lagBytes: null };
    return { inSync: answers.some((offset) => offset !== undefined && offset >= held), lagBytes: null };
  }

  #ask(): Promise<Asked> {
    if (this.#last && this.#cluster.world.clock.now() - this.#last.at < FRESH_MS) return Promise.resolve(this.#last);
    this.#underWay ??= this.#askAll().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #askAll(): Promise<Asked> {
    const at = this.#cluster.world.clock.now();
    const [routes, offsets] = await Promise.all([this.#askRoutes(), this.#askOffsets()]);
    this.#last = { at, routes, offsets, ahead: await this.#slavesAhead(offsets) };
    return this.#last;
  }

  async #askRoutes(): Promise<RouteView> {
    const { specs, world } = this.#cluster;
    const brokerNames = [...new Set(specs.flatMap((spec) => spec.brokerName ?? []))];
    const views = await Promise.all(
      specs
        .filter((spec) => spec.role === 'namesrv' && this.#isAskable(spec))
        .map(async (namesrv) => {
          const routes = await Promise.all(
            brokerNames.map(async (brokerName): Promise<[string, ReadonlyMap<number, string>]> => {
              using deadline = this.#deadlineFor(namesrv);
              const route = await getTopicRoute(world.remoting, namesrv.localAddress, brokerName, deadline.signal).catch(() => undefined);
              const data = route?.brokerDatas.find((broker) => broker.brokerName === brokerName);
              return [brokerName, data?.brokerAddrs ?? new Map()];
            }),
          );
          return [namesrv.id, new Map(routes)] as const;
        }),
    );
    return new Map(views);
  }

  /** Masters before slaves: under a steady send a slave asked later holds at least what its master held. */
  async #askOffsets(): Promise<Map<string, number>> {
    const offsets = new Map<string, number>();
    const { specs } = this.#cluster;
    for (const tier of [specs.filter(isMaster), specs.filter(isSlave)]) {
      await Promise.all(
        tier
          .filter((spec) => this.#isAskable(spec))
          .map(async (spec) => {
            const offset = await this.#askOffset(spec);
            if (offset !== undefined) offsets.set(spec.id, offset);
          }),
      );
    }
    return offsets;
  }

  /** Under a steady send a slave asked after its master may well hold more than that held: its master is asked once more. */
  async #slavesAhead(offsets: ReadonlyMap<string, number>): Promise<Set<string>> {
    const { specs } = this.#cluster;
    const ahead = new Set<string>();
    for (const slave of specs.filter(isSlave)) {
      const master = specs.find((spec) => isMaster(spec) && spec.brokerName === slave.brokerName);
      const [held, wanted] = [offsets.get(slave.id), master && offsets.get(master.id)];
      if (!master || held === undefined || wanted === undefined || held <= wanted) continue;
      const now = await this.#askOffset(master);
      if (now !== undefined && now < held) ahead.add(slave.id);
    }
    return ahead;
  }

  /** In its first second a broker may answer code 1, and soon after what it was asked. @returns undefined where it does not answer. */
  async #askOffset(spec: NodeSpec): Promise<number | undefined> {
    const { remoting, clock } = this.#cluster.world;
    using deadline = this.#deadlineFor(spec);
    while (!deadline.signal.aborted) {
      try {
        return (await getRuntimeInfo(remoting, spec.localAddress, deadline.signal)).commitLogMaxOffset;
      } catch (error) {
        if (!(error instanceof ResponseError && error.code === ResponseCode.SYSTEM_ERROR)) return undefined;
        await clock.sleep(ASK_AGAIN_MS, deadline.signal);
      }
    }
    return undefined;
  }

  #deadlineFor(spec: NodeSpec): Deadline {
    const isReady = this.#cluster.supervisor(spec.id).state === 'ready';
    return this.#cluster.world.clock.deadline(isReady ? ASK_TIMEOUT_MS : ASK_UNREADY_TIMEOUT_MS);
  }

  #isAskable(spec: NodeSpec): boolean {
    return this.#cluster.isLive(spec.id) && this.#cluster.supervisor(spec.id).state !== 'paused';
  }

  async #drift(spec: NodeSpec): Promise<string[]> {
    const text = await readFile(spec.paths.runConfig, 'utf8').catch(() => '');
    return driftedKeys(spec.config, text);
  }
}

function listsNode(routes: ReadonlyMap<string, ReadonlyMap<number, string>> | undefined, spec: NodeSpec): boolean {
  return spec.brokerName !== null && [...(routes?.get(spec.brokerName)?.values() ?? [])].includes(spec.registeredAddress);
}

/** The role that the NameServers give this node's address; where they disagree, the first one counts. */
function liveRole(routes: RouteView, spec: NodeSpec): 'master' | 'slave' | null {
  for (const view of routes.values()) {
    for (const [id, address] of view.get(spec.brokerName ?? '') ?? []) {
      if (address === spec.registeredAddress) return id === 0 ? 'master' : 'slave';
    }
  }
  return null;
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

/** @returns the bytes that a folder's files occupy (sparse files count what they hold); null where it is missing. */
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
