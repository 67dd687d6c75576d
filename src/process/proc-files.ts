/** Readers of Linux's text files. Sources: proc(5), proc_pid_stat(5), proc_pid_status(5), proc_locks(5), passwd(5). */

export type ProcStat = { name: string; state: string; ppid: number; startTicks: string; threads: number };

/** Reads /proc/<pid>/stat. The name is in parentheses and may itself have spaces and parentheses. */
export function parseProcStat(text: string): ProcStat {
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  const field = (number: number) => fields[number - 3] ?? '';
  return {
    name: text.slice(text.indexOf('(') + 1, close),
    state: field(3),
    ppid: Number(field(4)),
    startTicks: field(22),
    threads: Number(field(20)),
  };
}

export type ListeningSocket = { port: number; uid: number; inode: string };

const LISTEN = '0A';

/** Reads the rows of /proc/net/tcp or tcp6 that are in LISTEN. */
export function parseListeningSockets(text: string): ListeningSocket[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN)
    .map(([, local = '', , , , , , uid, , inode = '']) => ({
      port: Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16),
      uid: Number(uid),
      inode,
    }));
}

/** @returns the name of `uid` in the text of /etc/passwd. */
export function userName(passwd: string, uid: number): string | undefined {
  return passwd
    .split('\n')
    .map((line) => line.split(':'))
    .find((fields) => fields[2] === String(uid))?.[0];
}

/** @returns one value of /proc/meminfo in bytes; 0 if it is missing. */
export function meminfoBytes(text: string, key: 'MemTotal' | 'MemAvailable'): number {
  return Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1_024;
}

/** @returns who traces the process, from /proc/<pid>/status; undefined if no process does. */
export function tracerPid(status: string): number | undefined {
  const pid = Number(/^TracerPid:\s+(\d+)$/m.exec(status)?.[1] ?? 0);
  return pid > 0 ? pid : undefined;
}

/** Reads /proc/locks without the rows of waiting processes (`->`). `pid` is -1 for a lock that belongs to an open file description. */
export function parseLocks(text: string): { pid: number; inode: string }[] {
  return [...text.matchAll(/^\d+: \S+\s+\S+\s+\S+\s+(-?\d+) [0-9a-f]+:[0-9a-f]+:(\d+) /gm)].map(([, pid, inode = '']) => ({
    pid: Number(pid),
    inode,
  }));
}
