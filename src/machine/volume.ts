import { constants } from 'node:fs';
import { access, readFile, realpath, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../base/clock.js';
import type { Known, VolumeFacts } from '../diagnose/preflight/facts.js';
import type { Platform } from '../process/platform.js';
import { bounded } from './bounded.js';
import type { MachineWorld } from './machine-world.js';

/** A network file system that hangs does not answer. */
const TIMEOUT_MS = 1_000;

/** The file system of `path`. If the path does not exist, its nearest existing parent counts. */
export function volumeFacts(path: string, machine: MachineWorld, platform: Platform, clock: Clock): Promise<Known<VolumeFacts>> {
  return bounded(
    async () => {
      const existing = await nearestExisting(path);
      const [usage, stats, mount, isWritable] = await Promise.all([
        platform.disk(existing),
        statfs(existing),
        bounded(async () => mountOf(await realpath(existing), await mountTable(machine)), TIMEOUT_MS, clock),
        mayWrite(existing),
      ]);
      return { path, ...usage, freeInodes: stats.files > 0 ? stats.ffree : null, mount, isWritable };
    },
    TIMEOUT_MS,
    clock,
  );
}

export async function nearestExisting(path: string): Promise<string> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  return isThere || dirname(path) === path ? path : nearestExisting(dirname(path));
}

export function mayWrite(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

export type Mount = { point: string; type: string; options: readonly string[] };

async function mountTable({ os, root, run }: MachineWorld): Promise<Mount[]> {
  if (os === 'darwin') return parseDarwinMounts(await run('/sbin/mount', []));
  return parseMountInfo(await readFile(join(root, 'proc/self/mountinfo'), 'utf8'));
}

/** @returns the mount with the longest mount point that contains `path`; the last of equal ones, which hides the others. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount {
  const holds = ({ point }: Mount) => point === '/' || path === point || path.startsWith(`${point}/`);
  const found = mounts.filter(holds).reduce<Mount | undefined>((best, mount) => {
    return best && best.point.length > mount.point.length ? best : mount;
  }, undefined);
  if (!found) throw new Error(`no mount point contains ${path}`);
  return found;
}

/** Reads /proc/self/mountinfo: `36 35 98:0 / /mnt rw,noatime shared:1 - ext3 /dev/root rw,errors=continue`. Source: proc_pid_mountinfo(5). */
export function parseMountInfo(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after] = line.split(' - ');
    const point = before.split(' ')[4];
    const [type, , superOptions = ''] = after?.split(' ') ?? [];
    if (!point || !type) return [];
    const options = [...(before.split(' ')[5] ?? '').split(','), ...superOptions.split(',')];
    return [{ point: unescapeOctal(point), type, options: [...new Set(options)] }];
  });
}

/** Spaces and the like are written as \040. */
const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** Reads `mount` of macOS: `/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)`. Source: mount(8) of macOS. */
export function parseDarwinMounts(text: string): Mount[] {
  return [...text.matchAll(/^.+? on (\/.*) \(([^()]*)\)$/gm)].map(([, point = '', words = '']) => {
    const [type = '', ...options] = words.split(', ');
    return { point, type, options };
  });
}
