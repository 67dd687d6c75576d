import { execa } from 'execa';
import treeKill from 'tree-kill';
import { systemCode } from '../base/errors.js';
import type { Platform } from './platform.js';
import type { ProcessIdentity } from './process-identity.js';

/** The tool that tree-kill asks for children. */
const CHILDREN_TOOL = process.platform === 'darwin' ? 'pgrep' : 'ps';

/** @returns whether tree-kill may be used: where its tool is missing (slim containers), its uncaught error would end the daemon. */
export async function canTreeKill(): Promise<boolean> {
  const { exitCode } = await execa(CHILDREN_TOOL, ['-p', String(process.pid)], { reject: false, stdio: 'ignore' });
  return exitCode !== undefined;
}

/**
 * SIGKILL to the process and to all it started. While it lives its tree is walked, which finds children that left
 * its group; then the group is killed, which finds children that lost their parent. Resolves once the signals are sent.
 */
export async function killTree(identity: ProcessIdentity, platform: Platform, useTreeKill: boolean): Promise<void> {
  if (useTreeKill && platform.startTimeSync(identity.pid) === identity.startTime) {
    await new Promise<void>((resolve) => treeKill(identity.pid, 'SIGKILL', () => resolve()));
  }
  killGroup(identity, platform);
}

/**
 * SIGKILL to what is left of the group that the process led.
 * A pid is not given out again while a group of that number has members, so a stranger under it means that ours is empty.
 * ESRCH: nobody left; EPERM: macOS's answer for a group of zombies.
 */
export function killGroup({ pid, startTime }: ProcessIdentity, platform: Platform): void {
  const holder = platform.startTimeSync(pid);
  if (holder !== undefined && holder !== startTime) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (systemCode(error) !== 'ESRCH' && systemCode(error) !== 'EPERM') throw error;
  }
}
