import { readFileSync } from 'node:fs';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../base/errors.js';
import type { ProcessIdentity, ProcessState } from '../base/process.js';
import { cgroupMemory } from './cgroup-memory.js';
import { diskUsage } from './disk-usage.js';
import type { DiskUsage, Memory, Platform, PortOwner, ProcessRow } from './platform.js';
import { isPortFree } from './port-probe.js';
import { meminfoBytes, type ProcStat, parseListeningSockets, parseLocks, parseProcStat, tracerPid, userName } from './proc-files.js';

/** Each needs two open files: on a machine with many processes a daemon with few descriptors would run out of them. */
const ROWS_AT_ONCE = 8;

/** Reads everything from /proc, /sys/fs/cgroup and /etc/passwd below `root`; it starts no program. */
export class LinuxPlatform implements Platform {
  readonly askEveryMs = 0;
  #bootId: string | undefined;

  constructor(private readonly root = '/') {}

  async bootId(): Promise<string | null> {
    try {
      return this.#boot() || null;
    } catch {
      return null;
    }
  }

  async startTime(pid: number): Promise<string | undefined> {
    return this.#startTime(pid);
  }

  async startTimes(pids: readonly number[]): Promise<Map<number, string>> {
    return new Map(
      pids.flatMap((pid) => {
        const startTime = this.#startTime(pid);
        return startTime === undefined ? [] : [[pid, startTime]];
      }),
    );
  }

  async processState({ pid, startTime }: ProcessIdentity): Promise<ProcessState | undefined> {
    try {
      const [stat, status] = await Promise.all([
        readFile(this.#proc(pid, 'stat'), 'utf8').then(parseProcStat),
        readFile(this.#proc(pid, 'status'), 'utf8'),
      ]);
      if (isDead(stat) || this.#token(stat) !== startTime) return undefined;
      const { state } = stat;
      const tracer = tracerPid(status);
      if (state === 't' || tracer !== undefined) return { word: 'traced', by: tracer };
      if (state === 'D') return { word: 'uninterruptible' };
      return { word: state === 'T' ? 'stopped' : 'running' };
    } catch (error) {
      return unlessGone(error);
    }
  }

  /** The lock of an open file description (type OFDLCK, pid -1) has no owner. */
  async lockHolders(file: string): Promise<number[]> {
    const [locks, { ino }] = await Promise.all([readFile(this.#proc('locks'), 'utf8').catch(unlessGone), stat(file)]);
    return parseLocks(locks ?? '').flatMap((lock) => (lock.inode === String(ino) && lock.pid > 0 ? [lock.pid] : []));
  }

  async processTable(): Promise<ProcessRow[]> {
    const pids = await this.#pids();
    const rows: (ProcessRow | undefined)[] = [];
    for (let i = 0; i < pids.length; i += ROWS_AT_ONCE)
      rows.push(...(await Promise.all(pids.slice(i, i + ROWS_AT_ONCE).map((pid) => this.#row(pid).catch(unlessGone)))));
    return rows.filter((row) => row !== undefined);
  }

  async listeners(ports: readonly number[]): Promise<PortOwner[]> {
    const texts = await Promise.all(['tcp', 'tcp6'].map((table) => readFile(this.#proc('net', table), 'utf8').catch(unlessGone)));
    const sockets = texts.flatMap((text) => parseListeningSockets(text ?? '')).filter(({ port }) => ports.includes(port));
    if (sockets.length === 0) return [];
    const passwd = (await readFile(join(this.root, 'etc/passwd'), 'utf8').catch(unlessGone)) ?? '';
    const holders = await this.#holders(new Set(sockets.map(({ inode }) => inode)));
    const owners = new Map<string, PortOwner>();
    for (const { port, uid, inode } of sockets) {
      const pid = holders.get(inode);
      const command = pid === undefined ? undefined : (await this.#row(pid).catch(unlessGone))?.command;
      const user = userName(passwd, uid);
      owners.set(`${port} ${pid}`, { port, pid, command, ...(user === undefined ? {} : { user }) });
    }
    return [...owners.values()];
  }

  isPortFree(port: number): Promise<boolean> {
    return isPortFree(port);
  }

  async memory(): Promise<Memory> {
    const text = await readFile(this.#proc('meminfo'), 'utf8');
    const machine = { totalBytes: meminfoBytes(text, 'MemTotal'), availableBytes: meminfoBytes(text, 'MemAvailable') };
    const all = [machine, ...(await cgroupMemory(this.root))];
    return {
      totalBytes: Math.min(...all.map(({ totalBytes }) => totalBytes)),
      availableBytes: Math.min(...all.map(({ availableBytes }) => availableBytes)),
    };
  }

  disk(path: string): Promise<DiskUsage> {
    return diskUsage(path);
  }

  /** Synchronous: /proc answers from memory, and a thread costs more than the answer. */
  #startTime(pid: number): string | undefined {
    try {
      const stat = parseProcStat(readFileSync(this.#proc(pid, 'stat'), 'utf8'));
      return isDead(stat) ? undefined : this.#token(stat);
    } catch (error) {
      return unlessGone(error);
    }
  }

  #token({ startTicks }: ProcStat): string {
    return `${this.#boot()}/${startTicks}`;
  }

  #proc(...parts: (string | number)[]): string {
    return join(this.root, 'proc', ...parts.map(String));
  }

  #boot(): string {
    this.#bootId ??= readFileSync(this.#proc('sys/kernel/random/boot_id'), 'utf8').trim();
    return this.#bootId;
  }

  async #pids(): Promise<number[]> {
    const names = await readdir(this.#proc());
    return names
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  }

  async #row(pid: number): Promise<ProcessRow | undefined> {
    const [stat, args] = await Promise.all([readFile(this.#proc(pid, 'stat'), 'utf8').then(parseProcStat), this.#args(pid)]);
    if (isDead(stat)) return undefined;
    return { pid, ppid: stat.ppid, command: args.length > 0 ? args.join(' ') : `[${stat.name}]`, args };
  }

  async #args(pid: number): Promise<string[]> {
    const text = await readFile(this.#proc(pid, 'cmdline'), 'utf8');
    return text === '' ? [] : text.replace(/\0$/, '').split('\0');
  }

  /** @returns the pid that holds each of the sockets; the lowest one if a parent shares it with its children. */
  async #holders(inodes: ReadonlySet<string>): Promise<Map<string, number>> {
    const holders = new Map<string, number>();
    for (const pid of await this.#pids()) {
      if (holders.size === inodes.size) break;
      const fds = (await readdir(this.#proc(pid, 'fd')).catch(unlessGone)) ?? [];
      const targets = await Promise.all(fds.map((fd) => readlink(this.#proc(pid, 'fd', fd)).catch(unlessGone)));
      for (const target of targets) {
        const inode = /^socket:\[(\d+)\]$/.exec(target ?? '')?.[1];
        if (inode !== undefined && inodes.has(inode) && !holders.has(inode)) holders.set(inode, pid);
      }
    }
    return holders;
  }
}

/**
 * Zombie, or about to leave the table. If only the first thread has ended, the process looks like a zombie too, but the others still
 * hold its files, locks and ports: a killed JVM needs some time to free its heap.
 */
const isDead = ({ state, threads }: ProcStat): boolean => state === 'X' || state === 'x' || (state === 'Z' && threads <= 1);

const GONE_OR_HIDDEN = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);

/** Only these errors mean that the process has ended: a daemon without free file descriptors (EMFILE) must not think that its nodes are dead. */
function unlessGone(error: unknown): undefined {
  if (!GONE_OR_HIDDEN.has(systemCode(error) ?? '')) throw error;
}
