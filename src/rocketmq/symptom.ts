import type { Severity } from '../base/finding.js';
import { isSince, type ProcessRole } from './releases.js';

/** What a text may use of what is known about an end. `Evidence` (diagnose/evidence.ts) is one. */
export type SymptomFacts = {
  node: string | null;
  role: ProcessRole | null;
  /** RocketMQ's version. */
  rocketmq: string | null;
  jdkMajor: number | null;
  exit: { code: number | null; signal: string | null; adopted: boolean } | null;
  ports: Readonly<Record<string, number>>;
  portHolders: readonly { port: number; socket: string; pid: number | null; command: string | null }[];
  heapBytes: number | null;
  storePath: string | null;
  configFile: string | null;
  memory: { totalBytes: number; availableBytes: number } | null;
  diskUsedRatio: number | null;
  files: readonly unknown[];
};

/** A line that a symptom stands in: named groups of its pattern, and the lines that belong to it (a stack trace), itself first. */
export type Sighting = { groups: Readonly<Record<string, string | undefined>>; record: readonly string[] };

/** What a symptom says. Every part is whole sentences without a full stop at the end of `what`. */
export type SymptomText = { what: string; why: string; next: string };

/**
 * How near a symptom is to the cause: where several are seen, the lowest says what happened and the others are its consequences.
 * A JVM that never ran comes first, then what ended the start, then what an end leaves in its wake; an exit alone comes last.
 */
export const RANK = {
  jvmRefused: 0,
  storeLocked: 10,
  machine: 20,
  cause: 30,
  detail: 40,
  consequence: 60,
  running: 80,
  exitOnly: 100,
} as const;

export type Symptom = {
  /** API: what `explain`, crash reports and `--json` call it. Rows of one code are one finding. */
  code: string;
  severity: Severity;
  /** What stands in the line, exactly; one of them is enough. Empty: the exit alone tells. */
  literals: readonly string[];
  /** Must match the line too. Named groups go to `says`. */
  pattern?: RegExp;
  /** Must match one of the lines that belong to the line (its stack trace). */
  near?: RegExp;
  /** Must match none of them. */
  notNear?: RegExp;
  /** The next line must not be like this. */
  notFollowedBy?: RegExp;
  /** May refuse what literal and patterns cannot tell apart. */
  accept?: (facts: SymptomFacts, sighting: Sighting) => boolean;
  /** Fewer lines than this tell nothing, unless somebody asks about the line itself; default 1. */
  times?: number;
  /** After a line like this it is over: told only where the line that is asked about stands alone. */
  overAfter?: RegExp;
  /** A healthy node writes it too: told only where somebody asks about the line itself. */
  ordinary?: true;
  /** Files where it stands; undefined: any. A file of which nothing is known may hold every row. */
  kinds?: readonly string[];
  roles?: readonly ProcessRole[];
  /** Releases: from, and the first that no longer says so. */
  since?: string;
  before?: string;
  /** Only after an end like this; where nothing is known of the end, the row holds. */
  exit?: { codes?: readonly number[]; signals?: readonly string[] };
  rank: number;
  says: (facts: SymptomFacts, sighting: Sighting) => SymptomText;
  /** File of RocketMQ or the JDK, issue, or how it was measured. */
  source: string;
} & ({ provoked: string } | { notProvoked: string });

/** Does the row hold for this release and role? Unknown ones: yes. */
export function appliesTo({ since, before, roles }: Symptom, { rocketmq, role }: SymptomFacts): boolean {
  if (role && roles && !roles.includes(role)) return false;
  if (!rocketmq) return true;
  return isSince(rocketmq, since) && !(before !== undefined && isSince(rocketmq, before));
}

/** @returns whether the end, as far as it is known, is one after which the row can hold. */
export function fitsExit({ exit: wanted }: Symptom, { exit }: SymptomFacts): boolean {
  if (!wanted || !exit || (exit.code === null && exit.signal === null)) return true;
  if (exit.signal !== null) return wanted.signals?.includes(exit.signal) ?? false;
  return wanted.codes?.includes(exit.code as number) ?? false;
}
