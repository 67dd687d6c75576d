import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Memory } from './platform.js';

/** Sources: cgroups(7); Linux Documentation/admin-guide/cgroup-v2.rst "Memory", cgroup-v1/memory.rst. */
const VERSIONS = {
  v1: { mount: 'sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', usage: 'memory.usage_in_bytes', cache: 'total_inactive_file' },
  v2: { mount: 'sys/fs/cgroup', limit: 'memory.max', usage: 'memory.current', cache: 'inactive_file' },
} as const;

/**
 * The memory that each control group of this process still allows: its own group and all above it, because each one limits.
 * A group without a limit, or whose files are not mounted here, is omitted.
 */
export async function cgroupMemory(root: string): Promise<Memory[]> {
  const groups = (await readText(join(root, 'proc/self/cgroup'))).trim().split('\n').flatMap(membership);
  const limits = await Promise.all(groups.map(({ version, path }) => groupMemory(root, version, path)));
  return limits.filter((limit) => limit !== undefined);
}

/** Reads a line `hierarchy:controllers:path`; version 2 has no controllers in it. */
function membership(line: string): { version: keyof typeof VERSIONS; path: string }[] {
  const [, controllers = '', path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
  if (path === undefined) return [];
  if (controllers === '') return withAncestors(path).map((ancestor) => ({ version: 'v2', path: ancestor }));
  return controllers.split(',').includes('memory') ? withAncestors(path).map((ancestor) => ({ version: 'v1', path: ancestor })) : [];
}

function withAncestors(path: string): string[] {
  return path === '/' ? ['/'] : [path, ...withAncestors(dirname(path))];
}

async function groupMemory(root: string, version: keyof typeof VERSIONS, path: string): Promise<Memory | undefined> {
  const { mount, limit, usage, cache } = VERSIONS[version];
  const read = (file: string) => readText(join(root, mount, path, file));
  const [limitText, usageText, statText] = await Promise.all([read(limit), read(usage), read('memory.stat')]);
  if (!/^\d+$/.test(limitText.trim())) return undefined;
  const totalBytes = Number(limitText);
  const reclaimable = Number(new RegExp(`^${cache} (\\d+)$`, 'm').exec(statText)?.[1] ?? 0);
  return { totalBytes, availableBytes: Math.max(0, totalBytes - Number(usageText) + reclaimable) };
}

const readText = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
