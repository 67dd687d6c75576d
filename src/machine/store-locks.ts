import { existsSync } from 'node:fs';
import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Holder } from '../diagnose/preflight/facts.js';
import type { MachineWorld } from './machine-world.js';

export type HeldLock = { file: string; holder: Holder | undefined };

/**
 * @returns which of `files` are locked now, and by whom. The check locks nothing.
 * On macOS whoever has such a file open counts as its holder: the system does not show locks.
 */
export async function heldLocks(files: readonly string[], machine: MachineWorld): Promise<HeldLock[]> {
  const there = files.filter((file) => existsSync(file));
  if (there.length === 0) return [];
  return machine.os === 'darwin' ? openFiles(there, machine) : lockedFiles(there, machine);
}

async function lockedFiles(files: readonly string[], { root }: MachineWorld): Promise<HeldLock[]> {
  const locks = parseLocks(await readFile(join(root, 'proc/locks'), 'utf8').catch(() => ''));
  const held = await Promise.all(
    files.map(async (file) => {
      const { ino, dev } = await stat(file);
      const candidates = locks.filter(({ inode }) => inode === ino);
      if (candidates.length === 0) return undefined;
      // An overlay shows a different device from that of the lock; then the open file is the proof.
      const isCertain = candidates.some(({ device }) => device === deviceName(dev));
      const pid = await firstWith(
        await realpath(file),
        candidates.map((lock) => lock.pid),
        root,
      );
      if (!isCertain && pid === undefined) return undefined;
      return { file, holder: pid === undefined ? undefined : { pid, command: await commandOf(pid, root) } };
    }),
  );
  return held.filter((lock) => lock !== undefined);
}

export type KernelLock = { pid: number; device: string; inode: number };

/** Reads /proc/locks: `1: POSIX  ADVISORY  WRITE 17570 fe:00:10002767 0 0`; a lock that waits has `->`. Source: proc_locks(5). */
export function parseLocks(text: string): KernelLock[] {
  const held = text.matchAll(/^\d+: (?:POSIX|FLOCK|OFDLCK)\s+\S+\s+\S+\s+(-?\d+) ([0-9a-f]+:[0-9a-f]+):(\d+) /gm);
  return [...held].map(([, pid, device = '', inode]) => ({ pid: Number(pid), device, inode: Number(inode) }));
}

/** @returns `fe:00` for a `st_dev`. Source: gnu_dev_major, gnu_dev_minor of glibc. */
function deviceName(dev: number): string {
  const number = BigInt(dev);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xfffff000n);
  const minor = (number & 0xffn) | ((number >> 12n) & 0xffffff00n);
  return `${hex(major)}:${hex(minor)}`;
}

const hex = (value: bigint): string => value.toString(16).padStart(2, '0');

/**
 * @returns the process that has `file` open: one of those that the kernel names, else any. The kernel names none (-1) for a lock of an open
 * file description, and a process that is gone if a child inherited the lock.
 */
async function firstWith(file: string, named: readonly number[], root: string): Promise<number | undefined> {
  for (const pid of named.filter((each) => each > 0)) if (await hasOpen(pid, file, root)) return pid;
  const pids = (await readdir(join(root, 'proc'))).filter((name) => /^\d+$/.test(name)).map(Number);
  for (const pid of pids) if (pid !== process.pid && (await hasOpen(pid, file, root))) return pid;
  return undefined;
}

async function hasOpen(pid: number, file: string, root: string): Promise<boolean> {
  const folder = join(root, 'proc', String(pid), 'fd');
  const fds = await readdir(folder).catch(() => []);
  const targets = await Promise.all(fds.map((fd) => readlink(join(folder, fd)).catch(() => undefined)));
  return targets.includes(file);
}

async function commandOf(pid: number, root: string): Promise<string | undefined> {
  const text = await readFile(join(root, 'proc', String(pid), 'cmdline'), 'utf8').catch(() => '');
  return text === '' ? undefined : text.replace(/\0$/, '').replaceAll('\0', ' ');
}

async function openFiles(files: readonly string[], { run }: MachineWorld): Promise<HeldLock[]> {
  // lsof ends with 1 if one of the files is not open: this does not count as an error.
  const held = await Promise.all(
    files.map(async (file) => ({ file, holder: parseOpener(await run('/usr/sbin/lsof', ['-F', 'pc', '--', file]).catch(() => '')) })),
  );
  return held.filter(({ holder }) => holder !== undefined);
}

/** Reads `lsof -F pc -- <file>`: one field on each line, p is the pid and c the name of the program. Source: lsof(8) "OUTPUT FOR OTHER PROGRAMS". */
export function parseOpener(text: string): Holder | undefined {
  const pid = /^p(\d+)$/m.exec(text)?.[1];
  return pid === undefined ? undefined : { pid: Number(pid), command: /^c(.+)$/m.exec(text)?.[1] };
}
