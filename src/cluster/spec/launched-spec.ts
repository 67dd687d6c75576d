import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import type { NodePaths } from '../../base/paths.js';
import type { NodeSpec } from './node-spec.js';

/** Raised when an older daemon could no longer read the file. */
const VERSION = 1;

/** What every use of a running node's spec needs; the rest is as the daemon that launched the node wrote it. */
const Launched = z.object({
  version: z.literal(VERSION),
  spec: z.looseObject({
    id: z.string(),
    role: z.string(),
    advertised: z.looseObject({ clients: z.string(), replication: z.string() }),
    localAddress: z.string(),
    registeredAddress: z.string(),
    ports: z.looseObject({ listen: z.int() }),
    release: z.looseObject({ home: z.string(), version: z.string() }),
    jdk: z.looseObject({ home: z.string(), java: z.string(), major: z.int() }),
    config: z.array(z.object({ key: z.string(), value: z.string(), reason: z.string() })),
    javaArgs: z.array(z.string()),
    namesrvAddrs: z.array(z.string()),
    env: z.record(z.string(), z.string()),
    profile: z.looseObject({ startup: z.string(), jvm: z.array(z.string()), restart: z.looseObject({}) }),
  }),
});

/**
 * Writes what a node is launched with to `run/spec.json`, before its process starts. The state of the cluster says what is wanted, and a
 * changed profile changes that; a later daemon must probe, compare and explain what really runs.
 */
export async function writeLaunchedSpec(node: NodeSpec): Promise<void> {
  await mkdir(dirname(node.paths.launchedSpec), { recursive: true });
  // Without fsync: it is read only while the process that it describes runs.
  await writeFileAtomic(node.paths.launchedSpec, `${JSON.stringify({ version: VERSION, spec: node })}\n`, { fsync: false, mode: 0o600 });
}

/** @returns what the running process of the node was launched with; undefined if that cannot be read, such as after a launch by an older rmqdev. */
export function readLaunchedSpec(paths: NodePaths): NodeSpec | undefined {
  try {
    const { spec } = Launched.parse(JSON.parse(readFileSync(paths.launchedSpec, 'utf8')));
    // Written by an earlier rmqdev, it has no jar.
    return { jar: null, ...(spec as unknown as Omit<NodeSpec, 'jar'>), paths } as NodeSpec;
  } catch {
    return undefined;
  }
}
