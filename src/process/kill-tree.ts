import { systemCode } from '../base/errors.js';
import type { Platform, ProcessRow } from './platform.js';
import type { ProcessIdentity } from './process-identity.js';

/**
 * SIGKILL to the process and to all it started. While it lives its tree is walked, which finds children that left
 * its group; then the group is killed, which finds children that lost their parent. Resolves once the signals are sent,
 * also where the system has no process table to give: the group is killed all the same.
 */
export async function killTree(identity: ProcessIdentity, platform: Platform): Promise<void> {
  if (!isStrangers(identity, platform)) {
    const rows = await platform.processTable().catch((): ProcessRow[] => []);
    const descendants = descendantsOf(identity.pid, rows);
    // Asked again: it may have ended, and its number be another's, while the table was read.
    if (!isStrangers(identity, platform)) for (const pid of [identity.pid, ...descendants]) kill(pid);
  }
  killGroup(identity, platform);
}

/**
 * SIGKILL to what is left of the group that the process led.
 * A pid is not given out again while a group of that number has members, so a stranger under it means that ours is empty.
 */
export function killGroup(identity: ProcessIdentity, platform: Platform): void {
  if (isStrangers(identity, platform)) return;
  kill(-identity.pid);
}

/** Also where the system could not be asked, as by a daemon out of file descriptors: rather one process too many than a stranger killed. */
function isStrangers({ pid, startTime }: ProcessIdentity, platform: Platform): boolean {
  try {
    const holder = platform.startTimeSync(pid);
    return holder !== undefined && holder !== startTime;
  } catch {
    return true;
  }
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
