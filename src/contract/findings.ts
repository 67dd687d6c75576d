import { z } from 'zod';
import { ExitCause } from './status.js';

/** What `explain`, `doctor` and crash reports say. Field names are API: `--json` prints these objects. */
export const Finding = z.object({
  code: z.string().describe('a stable upper-case word, e.g. PORT_IN_USE'),
  severity: z.enum(['error', 'warning', 'info']),
  what: z.string(),
  why: z.string(),
  next: z.string(),
  at: z.array(z.object({ file: z.string(), line: z.int().nullable().describe('counts from 1'), text: z.string() })),
});
export type Finding = z.infer<typeof Finding>;

/** How a process ended. */
export const Exit = z.object({
  at: z.string().describe('ISO 8601, UTC'),
  notBefore: z.string().nullable().describe('if no daemon was running: the end was between this time and `at`'),
  code: z.int().nullable().describe('exit status; null if a signal ended it or the node was adopted'),
  signal: z.string().nullable(),
  adopted: z.boolean().describe('an earlier daemon started it, so its status is not known'),
  meaning: z.string().describe('the status in the terms of RocketMQ and the JVM'),
});
export type Exit = z.infer<typeof Exit>;

/** Kept in the cluster's folder for every unexpected end of a node. */
export const CrashReport = z.object({
  node: z.string(),
  cluster: z.string(),
  role: z.string(),
  rocketmq: z.string(),
  java: z.int().describe('major version'),
  pid: z.int().nullable(),
  launchedAt: z.string().nullable().describe('null if nothing was launched'),
  uptimeMs: z.number().nullable(),
  wasReady: z.boolean(),
  cause: ExitCause,
  exit: Exit,
  decision: z.string().describe('what the restart policy decided'),
  findings: z.array(Finding).describe('the cause first; empty if none is known'),
  excerpts: z
    .array(z.object({ file: z.string(), firstLine: z.int().nullable(), lines: z.array(z.string()) }))
    .describe('the last lines of the files that were read, only of this launch'),
  thisFile: z.string(),
});
export type CrashReport = z.infer<typeof CrashReport>;

/** One node, as `explain` shows it. */
export const Explanation = z.object({
  node: z.string().nullable().describe('null if a status, a line or a file is explained'),
  exit: Exit.nullable(),
  cause: ExitCause.nullable().describe('who or what ended the node; null if it did not end'),
  findings: z.array(Finding).describe('the cause first; empty if nothing is wrong, or nothing was found'),
  looked: z.array(z.string()).describe('what was examined'),
  report: CrashReport.nullable().describe('the newest crash report of the node'),
});
export type Explanation = z.infer<typeof Explanation>;
