import type { ProcessState } from '../base/process.js';
import type { ProcessRow } from './platform.js';

/** Readers of what macOS's own tools print. Sources: ps(1), lsof(8) "OUTPUT FOR OTHER PROGRAMS", vm_stat(1), sysctl(8). */

/**
 * Reads `sysctl -n kern.bootsessionuuid`: a UUID that the kernel creates at each boot. kern.boottime moved by 50 ms in 73 minutes without
 * a reboot, because the clock was corrected; this one stayed (https://github.com/firelock-ai/kin/pull/653).
 */
export function parseBootSession(text: string): string | null {
  return /^\s*([0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})\s*$/i.exec(text)?.[1]?.toLowerCase() ?? null;
}

/** Reads `ps -ww -o pid= -o ppid= -o args=`. */
export function parsePs(text: string): ProcessRow[] {
  return [...text.matchAll(/^\s*(\d+)\s+(\d+)\s+(.*\S)\s*$/gm)].map(([, pid, ppid, command = '']) => ({
    pid: Number(pid),
    ppid: Number(ppid),
    command,
  }));
}

/** One row of `ps -o pid= -o lstart= -o state=`. `startTime` is the text of lstart in the C locale, of a fixed form. */
type StateRow = { pid: number; startTime: string; state: string };

/**
 * The state comes last because it can be empty or begin with a space: ps shows none if the kernel does not let it look at the threads
 * (print.c, state(): " RUSITH?"; ps.c skips get_task_info() without entitlement). Source: Apple's adv_cmds 237.
 */
function parseStates(text: string): StateRow[] {
  const rows = [...text.matchAll(/^\s*(\d+)\s+([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})(.*)$/gm)];
  return rows.map(([, pid, startTime = '', state = '']) => ({ pid: Number(pid), startTime, state: state.trim() }));
}

/** Reads `ps -p … -o pid= -o lstart= -o state=`, without the zombies (state Z). */
export function parseStartTimes(text: string): Map<number, string> {
  return new Map(parseStates(text).flatMap(({ pid, startTime, state }) => (isZombie(state) ? [] : [[pid, startTime]])));
}

/**
 * Reads the same for one process. @returns undefined if it is not alive, or did not start at `startTime`.
 * T is stopped, by a signal or by a tracer; X is traced; U waits in the kernel. Source: ps(1), keyword `state`.
 */
export function parseProcessState(text: string, startTime: string): ProcessState | undefined {
  const [row] = parseStates(text);
  if (!row || isZombie(row.state) || row.startTime !== startTime) return undefined;
  if (row.state.includes('X')) return { word: 'traced', by: undefined };
  if (row.state.startsWith('U')) return { word: 'uninterruptible' };
  return { word: row.state.startsWith('T') ? 'stopped' : 'running' };
}

/** The letters after the first one are details and never contain it. */
const isZombie = (state: string): boolean => state.startsWith('Z');

/** `command` is the program's name; older releases of lsof cut it. */
export type LsofListener = { port: number; pid: number; command: string | undefined; user?: string };

/** Reads `lsof -nP -iTCP -sTCP:LISTEN -F pcuLn`: one field on each line, its letter first; p begins a process, n is the address of one socket. */
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
 * @returns the available bytes from `vm_stat`: free, inactive and speculative pages. Active and inactive already include purgeable
 * pages, and "Pages free" does not include speculative ones (Apple system_cmds, vm_stat.c).
 */
export function parseVmStat(text: string): number {
  const pageBytes = Number(/page size of (\d+) bytes/.exec(text)?.[1] ?? 0);
  const pages = (name: string) => Number(new RegExp(`^Pages ${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return pageBytes * (pages('free') + pages('inactive') + pages('speculative'));
}
