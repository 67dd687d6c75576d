import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { asError, RmqdevError, systemCode } from '../../base/errors.js';
import { EXIT_CAUSES } from '../../base/node-words.js';
import type { ClusterPaths } from '../../base/paths.js';
import type { Profile } from '../../profile/profile.js';
import { DASHBOARD_GENERATIONS } from '../../rocketmq/dashboards.js';
import type { NodeSnapshot } from '../../supervisor/node-run.js';
import type { Assignment, JarRef, NodePorts } from '../spec/node-spec.js';

/** `clusters/<name>/cluster.json`: what a later daemon needs to continue. Raised when an older daemon could no longer read it. */
const STATE_VERSION = 1;

const Identity = z.object({ pid: z.int(), startTime: z.string() });
export const ExitRecord = z.object({
  at: z.number(),
  notBefore: z.number().nullable().default(null),
  code: z.int().nullable(),
  signal: z.string().nullable(),
  adopted: z.boolean(),
  cause: z.enum(EXIT_CAUSES),
  detail: z.string().nullable(),
  finding: z.string().nullable().default(null),
});
const Snapshot = z.object({
  intent: z.enum(['up', 'down']),
  identity: Identity.nullable(),
  startedAt: z.number().nullable(),
  restarts: z.int(),
  paused: z.boolean(),
  wasReady: z.boolean(),
  lastExit: ExitRecord.nullable(),
});
const JarSchema = z.object({
  path: z.string(),
  generation: z.enum(DASHBOARD_GENERATIONS),
  title: z.string(),
  version: z.string().nullable(),
  springBoot: z.int(),
  setters: z.array(z.string()),
  java: z.int(),
  modifiedMs: z.number(),
} satisfies Record<keyof JarRef, z.ZodType>);
const AssignmentSchema = z.object({
  ports: z.object({
    listen: z.int(),
    fast: z.int().optional(),
    ha: z.int().optional(),
    dledger: z.int().optional(),
    remoting: z.int().optional(),
    controller: z.int().optional(),
    debug: z.int().optional(),
  } satisfies Record<keyof NodePorts, z.ZodType>),
  release: z.object({ home: z.string(), version: z.string(), source: z.string() }),
  jdk: z.object({ home: z.string(), java: z.string(), major: z.int(), version: z.string() }),
  jar: JarSchema.optional(),
});
const State = z.object({
  version: z.literal(STATE_VERSION),
  name: z.string(),
  /** The effective profile, as the profile loader made it; trusted, because only the daemon writes this file. */
  profile: z.custom<Profile>((value) => typeof value === 'object' && value !== null && 'nodes' in value),
  host: z.string().optional(),
  debug: z.boolean(),
  pendingStart: z.array(z.string()).default([]),
  pendingRestart: z.array(z.string()).default([]),
  bootId: z.string().nullable().default(null),
  seq: z.int().nullable().default(null),
  nodes: z.record(z.string(), z.object({ assignment: AssignmentSchema, snapshot: Snapshot })),
});

export type ClusterState = {
  name: string;
  profile: Profile;
  /** Which of the profile's hosts this machine is. */
  host?: string | undefined;
  debug: boolean;
  /** Nodes that an unfinished start must still bring up, and running ones that an unfinished `up` must still restart. */
  pendingStart: readonly string[];
  pendingRestart: readonly string[];
  /** The boot of the machine in which it was written; null if that was not known. */
  bootId: string | null;
  /** The last event of the journal that it includes; null in an older file that does not say so. */
  seq: number | null;
  nodes: ReadonlyMap<string, { assignment: Assignment; snapshot: NodeSnapshot }>;
};

/** @throws RmqdevError STATE_UNREADABLE if the file is broken or has another version. @returns undefined if there is none. */
export function loadClusterState(file: string): ClusterState | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw unreadable(file, asError(error));
  }
  try {
    const value: unknown = JSON.parse(text);
    refuseOtherVersion(file, value);
    const { version: _, ...state } = State.parse(value);
    return {
      ...state,
      nodes: new Map(Object.entries(state.nodes) as [string, { assignment: Assignment; snapshot: NodeSnapshot }][]),
    };
  } catch (error) {
    if (error instanceof OtherVersionError) throw error;
    throw unreadable(file, asError(error));
  }
}

/** The file is not damaged: it belongs to another version of rmqdev, which must find it again. */
export class OtherVersionError extends RmqdevError {}

function refuseOtherVersion(file: string, value: unknown): void {
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : STATE_VERSION;
  if (version === STATE_VERSION || !Number.isInteger(version)) return;
  throw new OtherVersionError('STATE_UNREADABLE', {
    what: `the state of a cluster cannot be read from ${file}`,
    why: `it has version ${version}, and this rmqdev reads version ${STATE_VERSION}`,
    next: 'Use the rmqdev that wrote it, or a newer one',
  });
}

/**
 * Writes the whole state or nothing, then its copy. Synchronous: a process identity must be on disk before anything else happens.
 * Only the first is forced to the disk: the copy helps if the file is damaged, not if the machine loses its power.
 * @throws RmqdevError DISK_FULL; other system errors as they are
 */
export function saveClusterState({ state: file, stateCopy }: Pick<ClusterPaths, 'state' | 'stateCopy'>, state: ClusterState): void {
  const { nodes, ...rest } = state;
  const text = `${JSON.stringify({ version: STATE_VERSION, ...rest, nodes: Object.fromEntries(nodes) }, null, 2)}\n`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileAtomic.sync(file, text);
    writeFileAtomic.sync(stateCopy, text, { fsync: false });
  } catch (error) {
    if (systemCode(error) !== 'ENOSPC' && systemCode(error) !== 'EDQUOT') throw error;
    throw new RmqdevError(
      'DISK_FULL',
      {
        what: `the state of cluster ${state.name} cannot be written to ${file}`,
        why: `the disk is full (${systemCode(error)})`,
        next: 'Free some space, then run the command again; running nodes go on',
      },
      { cause: error },
    );
  }
}

function unreadable(file: string, cause: Error): RmqdevError {
  return new RmqdevError(
    'STATE_UNREADABLE',
    {
      what: `the state of a cluster cannot be read from ${file}`,
      why: cause instanceof z.ZodError ? z.prettifyError(cause).replaceAll('\n', ' ') : cause.message,
      next: 'Run `rmqdev up` again with the same profile: it finds the stores and ports in the same folder again',
    },
    { cause },
  );
}
