import type { ProcessRow } from './platform.js';
import type { ProcessState } from './process-identity.js';

/** Readers of what macOS's own tools print. Sources: ps(1), lsof(8) "OUTPUT FOR OTHER PROGRAMS", vm_stat(1). */

/** Reads `ps -ww -o pid= -o ppid= -o args=`. */
export function parsePs(text: string): ProcessRow[] {
  return [...text.matchAll(/^\s*(\d+)\s+(\d+)\s+(.*\S)\s*$/gm)].map(([, pid, ppid, command = '']) => ({
    pid: Number(pid),
    ppid: Number(ppid),
    command,
  }));
}

/** Reads `ps -p … -o pid= -o state= -o lstart=`, without the zombies (state Z). */
export function parseStartTimes(text: string): Map<number, string> {
  const rows = [...text.matchAll(/^\s*(\d+)\s+([A-Z])\S*\s+(.*\S)\s*$/gm)];
  return new Map(rows.filter(([, , state]) => state !== 'Z').map(([, pid, , startTime = '']) => [Number(pid), startTime]));
}

const P_TRACED = 0x800;

/** Reads `ps -p … -o state= -o flags=`. T is stopped, U waits in the kernel, Z a zombie; the flags are in hexadecimal. Sources: ps(1), XNU bsd/sys/proc.h. */
export function parseProcessState(text: string): ProcessState | undefined {
  const [, state, flags = '0'] = /^\s*([A-Z])\S*\s+([0-9a-f]+)\s*$/m.exec(text) ?? [];
  if (state === undefined || state === 'Z') return undefined;
  if ((Number.parseInt(flags, 16) & P_TRACED) !== 0) return { word: 'traced', by: undefined };
  if (state === 'U') return { word: 'uninterruptible' };
  return { word: state === 'T' ? 'stopped' : 'running' };
}

/** `command` is the program's name as lsof cuts it. */
export type LsofListener = { port: number; pid: number; command: string | undefined; user?: string };

/** Reads `lsof -nP -iTCP -sTCP:LISTEN -F pcuLn`: a field per line, its letter first; p begins a process, n is the address of one socket. */
export function parseLsof(text: string): LsofListener[] {
  const owners = new Map<string, LsofListener>();
  let fields: Partial<Record<string, string>> = {};
  for (const line of text.split('\n')) {
    const letter = line.slice(0, 1);
    const value = line.slice(1);
    fields = letter === 'p' ? { p: value } : { ...fields, [letter]: value };
    if (letter !== 'n') continue;
    const port = Number(value.slice(value.lastIndexOf(':') + 1));
    const command = fields.c?.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    owners.set(`${port} ${fields.p}`, { port, pid: Number(fields.p), command, ...(fields.L === undefined ? {} : { user: fields.L }) });
  }
  return [...owners.values()];
}

/**
 * @returns the bytes that `vm_stat` shows as available: free, inactive and speculative pages. Purgeable pages are
 * counted in active and inactive already, and "Pages free" leaves the speculative ones out (Apple system_cmds, vm_stat.c).
 */
export function parseVmStat(text: string): number {
  const pageBytes = Number(/page size of (\d+) bytes/.exec(text)?.[1] ?? 0);
  const pages = (name: string) => Number(new RegExp(`^Pages ${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return pageBytes * (pages('free') + pages('inactive') + pages('speculative'));
}
