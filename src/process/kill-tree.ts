import { execa } from 'execa';
import treeKill from 'tree-kill';
import { systemCode } from '../base/errors.js';
import type { Platform, ProcessRow } from './platform.js';

/** The tool that tree-kill asks for children. */
const CHILDREN_TOOL = process.platform === 'darwin' ? 'pgrep' : 'ps';
/** If its tool cannot be started, tree-kill throws an error that nobody can catch, and never calls back. */
const TOOL_TIMEOUT_MS = 5_000;

/** Who has the pid: the process itself; no living process; or a stranger, which we must assume after its end is known. */
export type Holder = 'ours' | 'nobody' | 'stranger';

/**
 * Sends SIGKILL to the process and to all its descendants. While it lives, its tree is walked, which finds children that left
 * its group; then the group is killed, which finds children that lost their parent. Resolves when the signals are sent,
 * also if the system gives no process table: the group is killed anyway. Rejects if `holder` does.
 */
export async function killTree(pid: number, holder: () => Promise<Holder>, platform: Platform): Promise<void> {
  if ((await holder()) === 'ours' && !(await killWithTool(pid))) {
    const rows = await platform.processTable().catch((): ProcessRow[] => []);
    // Asked again: while the table was read, it may have ended and another process may have got its pid.
    if ((await holder()) === 'ours') for (const one of [pid, ...descendantsOf(pid, rows)]) kill(one);
  }
  if ((await holder()) !== 'stranger') killGroup(pid);
}

/** @returns false if tree-kill's tool is missing (slim containers) or cannot be run now (no free descriptor or process). */
async function killWithTool(pid: number): Promise<boolean> {
  const { exitCode } = await execa(CHILDREN_TOOL, ['-p', String(process.pid)], { reject: false, stdio: 'ignore' });
  if (exitCode === undefined) return false;
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), TOOL_TIMEOUT_MS);
    treeKill(pid, 'SIGKILL', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/**
 * Sends SIGKILL to the rest of the group that the process led.
 * A pid is not reused while a group with that number has members, so if a stranger has it, our group is empty.
 */
export function killGroup(pid: number): void {
  kill(-pid);
}

function descendantsOf(root: number, rows: readonly ProcessRow[]): number[] {
  const found = new Set([root]);
  // A loop over a set also visits items that are added meanwhile.
  for (const parent of found) for (const { pid, ppid } of rows) if (ppid === parent) found.add(pid);
  found.delete(root);
  return [...found];
}

/** ESRCH: no process left; EPERM: macOS's answer for a group of zombies. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (systemCode(error) !== 'ESRCH' && systemCode(error) !== 'EPERM') throw error;
  }
}
