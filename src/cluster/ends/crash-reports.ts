import type { Finding } from '../../base/finding.js';
import type { NodeExitRecord } from '../../base/node-words.js';
import type { ClusterPaths } from '../../base/paths.js';
import type { CrashReport } from '../../contract/findings.js';
import type { Evidence, EvidenceFile } from '../../diagnose/evidence.js';
import { explain } from '../../diagnose/explain.js';
import { readLaunchMark, writtenSince } from '../../evidence/launch-mark.js';
import { readStretches } from '../../evidence/read-evidence.js';
import { exitMeaning } from '../../rocketmq/exit-status.js';
import { describeExit } from '../../supervisor/node-run.js';
import type { NodeSpec } from '../spec/node-spec.js';
import type { Journal } from '../state/journal.js';
import type { World } from '../world.js';
import { CrashStore, type Occurrence } from './crash-store.js';
import { gatherEvidence } from './gather-evidence.js';

const EXCERPT_LINES = 30;
/** How long a report waits for the launch that follows the end: reading evidence takes the processor from that launch. */
const LAUNCH_WAIT_MS = 300;
/** The longest wait for a report. */
export const REPORT_TIMEOUT_MS = 2_000;

/** What memory knows of a launch if the mark on disk does not say it. */
type Launch = { pid: number | null; startedAt: number | null };
type Parts = {
  paths: ClusterPaths;
  journal: Journal;
  world: Pick<World, 'clock' | 'log' | 'platform'>;
  /** Writes the code of a finding into the record of the end at that time. */
  annotate: (id: string, at: number, finding: string) => void;
};

/**
 * Makes one report of every end that nobody asked for. Saves what the next launch would overwrite at once, in a pending file,
 * before the end is recorded anywhere else. The report follows; if the daemon dies before that, the next one makes it.
 */
export class CrashReports {
  readonly #parts: Parts;
  readonly #launches = new Map<string, Launch>();
  /** The newest report of each node, even if it could not be written to disk. */
  readonly #newest = new Map<string, CrashReport | null>();
  /** The reports of one node are made one after the other. */
  readonly #work = new Map<string, Promise<void>>();
  /** Reports that wait for the next launch of their node. */
  readonly #waiting = new Map<string, () => void>();
  #isAbandoned = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A process of the node runs. */
  launched(id: string, launch: Launch): void {
    this.#launches.set(id, launch);
    this.#waiting.get(id)?.();
  }

  /**
   * A node has ended that nobody wanted to end. Synchronous for everything that the next launch could overwrite. @param facts.isLaunchedNext
   * the report comes after the launch
   */
  exited(spec: NodeSpec, exit: NodeExitRecord, facts: { wasReady: boolean; decision: string; isLaunchedNext: boolean }): void {
    const occurrence = this.#occurrence(spec, exit, facts);
    const earlier = this.#sameLaunch(spec.id, occurrence.launchedAt);
    if (earlier !== undefined) return void this.#then(spec.id, () => this.#annotate(spec.id, exit.at, this.#store(spec.id).read(earlier)));
    try {
      this.#store(spec.id).writePending(occurrence);
    } catch (error) {
      this.#parts.world.log.error({ nodeId: spec.id, err: error, occurrence }, 'an end could not be saved for its report');
    }
    this.#then(spec.id, async () => {
      if (facts.isLaunchedNext) await this.#launchOf(spec.id);
      await this.#report(spec, occurrence, { isResumed: false });
    });
  }

  async #launchOf(id: string): Promise<void> {
    const launched = new Promise<void>((resolve) => this.#waiting.set(id, resolve));
    await Promise.race([launched, this.#parts.world.clock.sleep(LAUNCH_WAIT_MS)]);
    this.#waiting.delete(id);
  }

  /** Makes the reports that an earlier daemon did not finish. */
  resume(spec: NodeSpec, launch: Launch): void {
    this.#launches.set(spec.id, launch);
    for (const occurrence of this.#store(spec.id).pending()) {
      this.#then(spec.id, () => this.#report(spec, occurrence, { isResumed: true }));
    }
  }

  /** Resolves once the reports of a node are made, or after `timeoutMs`. */
  async settled(id: string, timeoutMs: number): Promise<void> {
    await Promise.race([this.#work.get(id), this.#parts.world.clock.sleep(timeoutMs)]);
  }

  /** The cluster is deleted: a report that is under way would create its folder again, so nothing is written any more. */
  abandon(): void {
    this.#isAbandoned = true;
  }

  /** The newest report of a node; null if it has none. */
  newest(id: string): CrashReport | null {
    const known = this.#newest.get(id);
    if (known !== undefined) return known;
    const read = this.#store(id).newest();
    this.#newest.set(id, read);
    return read;
  }

  /** @returns the report of the end at `at` (epoch ms), if it is the newest. */
  of(id: string, at: number): CrashReport | null {
    const newest = this.newest(id);
    return newest && Date.parse(newest.exit.at) === at ? newest : null;
  }

  #occurrence(spec: NodeSpec, exit: NodeExitRecord, { wasReady, decision }: { wasReady: boolean; decision: string }): Occurrence {
    const launch = this.#launches.get(spec.id);
    this.#launches.delete(spec.id);
    const wasProcess = exit.code !== null || exit.signal !== null || exit.adopted;
    const said = `${describeExit(exit)}; `;
    const common = {
      node: spec.id,
      exit,
      wasProcess,
      wasReady,
      decision: decision.startsWith(said) ? decision.slice(said.length) : decision,
    };
    // If nothing was launched, the mark and the files are those of an earlier launch.
    if (!wasProcess) return { ...common, launchedAt: null, pid: null, stretches: [], since: null };
    const mark = readLaunchMark(spec.paths.root);
    const startedAt = launch?.startedAt ?? null;
    return {
      ...common,
      launchedAt: mark?.at ?? startedAt,
      pid: launch?.pid ?? null,
      stretches: writtenSince(spec.paths.root, mark, startedAt),
      since: mark === undefined ? startedAt : null,
    };
  }

  /** @returns the time of an end of this launch that has, or gets, its report: an earlier daemon noticed the end and died before it recorded it. */
  #sameLaunch(id: string, launchedAt: number | null): number | undefined {
    if (launchedAt === null) return undefined;
    const pending = this.#store(id)
      .pending()
      .find((occurrence) => occurrence.launchedAt === launchedAt);
    if (pending) return pending.exit.at;
    const newest = this.newest(id);
    return newest?.launchedAt && Date.parse(newest.launchedAt) === launchedAt ? Date.parse(newest.exit.at) : undefined;
  }

  #then(id: string, work: () => void | Promise<void>): void {
    const before = this.#work.get(id) ?? Promise.resolve();
    const all = before.then(work).catch((error) => {
      this.#parts.world.log.error({ nodeId: id, err: error }, 'a crash report could not be made');
    });
    this.#work.set(id, all);
    void all.then(() => this.#work.get(id) === all && this.#work.delete(id));
  }

  async #report(spec: NodeSpec, occurrence: Occurrence, { isResumed }: { isResumed: boolean }): Promise<void> {
    const store = this.#store(spec.id);
    const { at } = occurrence.exit;
    const written = store.read(at);
    const report = written ?? (await this.#make(spec, occurrence));
    if (this.#isAbandoned) return;
    this.#newest.set(spec.id, report);
    if (!written) this.#write(report);
    if (!isResumed || !this.#isTold(report)) this.#tell(report);
    store.removePending(at);
    this.#annotate(spec.id, at, report);
  }

  async #make(spec: NodeSpec, occurrence: Occurrence): Promise<CrashReport> {
    const { exit, launchedAt, pid, wasReady, wasProcess, decision, stretches, since } = occurrence;
    const files = await readStretches(stretches, since);
    const { code, signal, adopted, detail } = exit;
    // The supervisor's own SIGKILL to a node that hung is not evidence.
    const isHung = wasProcess && detail !== null;
    const evidence = await gatherEvidence(
      spec,
      files,
      { exit: wasProcess && !isHung ? { code, signal, adopted } : null, wasReady },
      this.#parts.world,
    );
    return {
      node: spec.id,
      cluster: spec.cluster,
      role: spec.role,
      rocketmq: spec.release.version,
      java: spec.jdk.major,
      pid,
      launchedAt: launchedAt === null ? null : new Date(launchedAt).toISOString(),
      uptimeMs: launchedAt === null ? null : Math.max(0, exit.at - launchedAt),
      wasReady,
      cause: exit.cause,
      exit: {
        at: new Date(exit.at).toISOString(),
        notBefore: exit.notBefore === null ? null : new Date(exit.notBefore).toISOString(),
        code,
        signal,
        adopted,
        meaning: wasProcess ? exitMeaning({ code, signal, adopted }, spec.role) : 'no process was started',
      },
      decision,
      findings: findingsOf(spec, exit, evidence, { isHung, wasProcess }).map(toWire),
      excerpts: files.map(excerpt),
      thisFile: this.#store(spec.id).reportFile(exit.at),
    };
  }

  #write(report: CrashReport): void {
    try {
      this.#store(report.node).write(report);
    } catch (error) {
      // On a full disk the finding is still shown, and the log holds the contents of the report.
      this.#parts.world.log.error({ nodeId: report.node, err: error, report }, 'a crash report could not be written');
    }
  }

  #isTold({ node, thisFile }: CrashReport): boolean {
    return this.#parts.journal
      .read()
      .some((event) => event.type === 'crash-report' && event.node === node && event.data?.file === thisFile);
  }

  #tell({ node, thisFile: file, findings, cause, exit }: CrashReport): void {
    const first = causeOf(findings);
    const said = first ? `${first.what} (${first.code})` : 'no cause was found';
    const data = { file, finding: first?.code ?? null, cause, exitAt: exit.at };
    this.#parts.journal.record('crash-report', node, `${node}: ${said}; \`rmqdev explain ${node}\` tells more`, data);
  }

  #annotate(id: string, at: number, report: CrashReport | null): void {
    const code = report && causeOf(report.findings)?.code;
    if (code) this.#parts.annotate(id, at, code);
  }

  #store(id: string): CrashStore {
    return new CrashStore(this.#parts.paths.crashes(id));
  }
}

/** @returns the finding that names the cause of an end. */
export function causeOf(findings: readonly Finding[]): Finding | undefined {
  return findings.find(({ severity }) => severity === 'error');
}

/** What the supervisor itself knows comes first: no file knows it better. */
function findingsOf(spec: NodeSpec, exit: NodeExitRecord, evidence: Evidence, end: { isHung: boolean; wasProcess: boolean }): Finding[] {
  const error = { severity: 'error' as const, at: [] };
  if (!end.wasProcess) {
    return [
      {
        ...error,
        code: 'NOT_STARTED',
        what: `${spec.id} could not be started`,
        why: exit.detail ?? 'no process was started',
        next: `Fix that, then \`rmqdev start ${spec.id}\``,
      },
    ];
  }
  if (!end.isHung) return explain(evidence);
  return [
    {
      ...error,
      code: 'NODE_HUNG',
      what: `${spec.id} ran but did not answer`,
      why: exit.detail ?? '',
      next: `See whether it was busy with garbage collections: \`rmqdev logs ${spec.id} --file gc -n 50\`; a larger heap is \`--heap ${spec.id}=512m\``,
    },
    ...explain(evidence),
  ];
}

/** @returns a finding in the form of the contract. */
export function toWire(finding: Finding): CrashReport['findings'][number] {
  return { ...finding, at: [...finding.at] };
}

/** The end of a file; for the JVM's own report its beginning, which says what happened. */
function excerpt({ path, kind, firstLine, lines }: EvidenceFile): CrashReport['excerpts'][number] {
  const start = kind === 'hs_err' ? 0 : Math.max(0, lines.length - EXCERPT_LINES);
  return { file: path, firstLine: firstLine === null ? null : firstLine + start, lines: lines.slice(start, start + EXCERPT_LINES) };
}
