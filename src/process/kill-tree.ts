import { execa } from 'execa';
import treeKill from 'tree-kill';
import { systemCode } from '../base/errors.js';
import type { Platform, ProcessRow } from './platform.js';

/** The tool that tree-kill asks for children. */
const CHILDREN_TOOL = process.platform === 'darwin' ? 'pgrep' : 'ps';
/** A tool that cannot be started makes tree-kill throw where nobody catches, and never call back. */
const TOOL_TIMEOUT_MS = 5_000;

/** Who has the pid: the process itself; nobody that lives; or a stranger, which must be thought once its end is known. */
export type Holder = 'ours' | 'nobody' | 'stranger';

/**
 * SIGKILL to the process and to all it started. While it lives its tree is walked, which finds children that left
 * its group; then the group is killed, which finds children that lost their parent. Resolves once the signals are sent,
 * also if the system has no process table to give: the group is killed all the same. Rejects if `holder` does.
 */
export async function killTree(pid: number, holder: () => Promise<Holder>, platform: Platform): Promise<void> {
  if ((await holder()) === 'ours' && !(await killWithTool(pid))) {
    const rows = await platform.processTable().catch((): ProcessRow[] => []);
    // Asked again: it may have ended, and its number be another's, while the table was read.
    if ((await holder()) === 'ours') for (const one of [pid, ...descendantsOf(pid, rows)]) kill(one);
  }
  if ((await holder()) !== 'stranger') killGroup(pid);
}

/** @returns false if tree-kill's tool is missing (slim containers) or cannot be run now (no descriptor or process is left). */
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
 * SIGKILL to what is left of the group that the process led.
 * A pid is not given out again while a group of that number has members, so a stranger under it means that ours is empty.
 */
export function killGroup(pid: number): void {
  kill(-pid);
}

function descendantsOf(root: number, rows: readonly ProcessRow[]): number[] {
  const found = new Set([root]);
  // A set that grows while it is walked is walked to its new end.
  for (const parent of found) for (const { pid, ppid } of rows) if (ppid === parent) found.add(pid);
  found.delete(root);
  return [...found];
}

/** ESRCH: nobody left; EPERM: macOS's answer for a group of zombies. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (systemCode(error) !== 'ESRCH' && systemCode(error) !== 'EPERM') throw error;
  }
}
