import type { Severity } from '../base/finding.js';
import { isSince, type NodeRole } from './releases.js';

/** The facts about an end that a text may use. `Evidence` (diagnose/evidence.ts) is one. */
export type SymptomFacts = {
  node: string | null;
  role: NodeRole | null;
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

/** A line with a symptom: the named groups of its pattern, and the lines that belong to it (a stack trace). The line itself is first. */
export type Sighting = { groups: Readonly<Record<string, string | undefined>>; record: readonly string[] };

/** What a symptom says, in whole sentences, without a full stop at the end. */
export type SymptomText = { what: string; why: string; next: string };

/**
 * How near a symptom is to the cause. If several are seen, the lowest says what happened and the others are its consequences.
 * First comes a JVM that never ran, then what ended the start, then what follows from an end; the exit alone comes last.
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
  /** Exact texts; the line must contain one of them. Empty: only the exit counts. */
  literals: readonly string[];
  /** Must match the line too. Named groups go to `says`. */
  pattern?: RegExp;
  /** Must match one of the lines that belong to the line (its stack trace). */
  near?: RegExp;
  /** Must not match any of them. */
  notNear?: RegExp;
  /** The next line must not match this. */
  notFollowedBy?: RegExp;
  /** Refuses what literals and patterns cannot tell apart. */
  accept?: (facts: SymptomFacts, sighting: Sighting) => boolean;
  /** Fewer lines than this mean nothing, unless the user asks about the line itself; default 1. */
  times?: number;
  /** A line like this means that the trouble is over: the row then counts only if the user asks about that line alone. */
  overAfter?: RegExp;
  /** A healthy node writes it too: reported only if the user asks about the line itself. */
  ordinary?: true;
  /** Files that can contain it; undefined: any. An unknown file may contain every row. */
  kinds?: readonly string[];
  /** In a long text of unknown origin, the row counts only if this text is in it too. */
  besides?: string;
  roles?: readonly NodeRole[];
  /** First release that writes it, and first that no longer does. */
  since?: string;
  before?: string;
  /** Only after an end like this; if nothing is known about the end, the row holds. */
  exit?: { codes?: readonly number[]; signals?: readonly string[] };
  rank: number;
  says: (facts: SymptomFacts, sighting: Sighting) => SymptomText;
  /** A file of RocketMQ or the JDK, an issue, or how it was measured. */
  source: string;
} & ({ provoked: string } | { notProvoked: string });

/** Does the row hold for this release and role? Unknown ones: yes. */
export function appliesTo({ since, before, roles }: Symptom, { rocketmq, role }: SymptomFacts): boolean {
  if (role && roles && !roles.includes(role)) return false;
  if (!rocketmq) return true;
  return isSince(rocketmq, since) && !(before !== undefined && isSince(rocketmq, before));
}

/** @returns whether the row can hold after this end, as far as the end is known. */
export function fitsExit({ exit: wanted }: Symptom, { exit }: SymptomFacts): boolean {
  if (!wanted || !exit || (exit.code === null && exit.signal === null)) return true;
  if (exit.signal !== null) return wanted.signals?.includes(exit.signal) ?? false;
  return wanted.codes?.includes(exit.code as number) ?? false;
}
