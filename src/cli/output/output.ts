import type { RmqdevError } from '../../base/errors.js';
import type { JournalEvent, KillItem, Plan, ProgressItem } from '../../contract/events.js';
import type { Explanation } from '../../contract/findings.js';
import type { Result } from '../../contract/routes.js';
import type { ClusterStatus } from '../../contract/status.js';
import type { DoctorReport } from '../../diagnose/doctor/check.js';
import type { LintReport } from '../../diagnose/lint.js';
import type { PortRow } from '../../diagnose/reach/port-table.js';
import type { ImportResult } from '../../import/import-files.js';
import type { ConsumeSummary } from '../../traffic/consume-request.js';
import type { GroupDetails, GroupRow } from '../../traffic/groups.js';
import type { Received } from '../../traffic/handing.js';
import type { SendEvent, SendSummary } from '../../traffic/send-all.js';
import type { TopicDetails, TopicRouteView, TopicRow } from '../../traffic/topics.js';
import type { ExportResult } from '../export/export-command.js';
import type { ReportResult } from '../report/make-report.js';
import type { WatchEvent } from './watch-text.js';

export type SendProgress = { sent: number; total: number | undefined; showsEach: boolean };

/** What `send`, `consume`, `topic` and `group` print. The answer comes last, notices come before it. */
export interface TrafficOutput {
  /** What follows is a stream; notices are part of it. */
  beginStream(): void;
  sent(event: SendEvent, progress: SendProgress): void;
  sendDone(summary: SendSummary): void;
  /** Resolves when it is written; rejects if the reader has gone. */
  received(received: Received): Promise<void>;
  consumeDone(summary: ConsumeSummary): void;
  topics(topics: readonly TopicRow[]): void;
  topic(topic: TopicDetails): void;
  topicRoute(view: TopicRouteView): void;
  groups(groups: readonly GroupRow[]): void;
  group(group: GroupDetails): void;
  /** A topic or group was created, changed or deleted. */
  done(what: { topic?: string; group?: string; action: string; brokers: readonly string[] }): void;
}

/** One line of `logs`; `--json` prints it as it is here. */
export type LogLine = {
  node: string;
  file: string;
  /** ISO 8601, UTC. */
  at: string | null;
  level: string | null;
  /** The record without its time; a stack trace is whole, its lines joined by \n. */
  text: string;
};

/** One method for each thing that the CLI prints; text for people and JSON for scripts both implement it. */
export interface Output extends TrafficOutput {
  /** Progress of a command that changes nodes. */
  progress(item: ProgressItem): void;
  /** Ends live progress: what follows is final. */
  endProgress(): void;
  /** @param isAlone no other cluster runs: commands need no -c */
  upDone(result: Result<'up'>, isAlone: boolean): void;
  /** The command has detached: the work goes on without it. */
  detached(what: string): void;
  plan(plan: Plan): void;
  watch(event: WatchEvent): void;
  /** A save that could not be taken up: watching goes on. */
  watchFailed(error: RmqdevError, isVerbose: boolean): void;
  status(status: ClusterStatus): void;
  /** A whole new picture, in place of the last one. */
  statusAgain(status: ClusterStatus): void;
  changed(verb: string, status: ClusterStatus): void;
  down(result: Result<'down'>): void;
  kill(item: KillItem): void;
  /** After the last item: text shows the verdict on all nodes. */
  killed(): void;
  event(event: JournalEvent): void;
  log(line: LogLine): void;
  /** Resolves when there is room for more output, because its reader (a pager, for example) has taken most of it; or when `signal` aborts. */
  written(signal: AbortSignal): Promise<void>;
  /** @param whole names what was looked at if that was everything; if there is nothing to explain, the text says so about it. */
  explanations(explanations: readonly Explanation[], whole: string | null): void;
  clusters(result: Result<'clusters'>): void;
  leftovers(result: Result<'clean'>): void;
  profiles(result: Result<'profiles'>): void;
  profile(result: Result<'profileShow'>): void;
  versions(result: Result<'versions'>): void;
  installed(release: Result<'install'>): void;
  doctor(report: DoctorReport): void;
  ports(table: { profile: string; ports: readonly PortRow[] }): void;
  lint(report: LintReport): void;
  imported(result: ImportResult): void;
  exported(result: ExportResult): void;
  report(result: ReportResult): void;
  daemon(daemon: { pid: number; version: string; socket: string } | null, what: string): void;
  /** Text that is the result itself, such as `export NAMESRV_ADDR=…`. */
  raw(text: string): void;
  /** Something worth knowing in addition to the result: on stderr, or in the JSON. Call it before the result, not after. */
  notice(message: string): void;
  /** The command has ended well: notices that no result has printed are printed now. */
  end(): void;
  error(error: RmqdevError, isVerbose: boolean): void;
}
