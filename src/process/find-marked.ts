import type { Platform, ProcessRow } from './platform.js';
import type { ProcessIdentity } from './process-identity.js';

/** @returns the live processes with an argument that is exactly `marker`: nodes that were launched but never written down. */
export async function findMarked(platform: Platform, marker: string): Promise<ProcessIdentity[]> {
  const pids = (await platform.processTable()).filter((row) => hasArgument(row, marker)).map(({ pid }) => pid);
  return [...(await platform.startTimes(pids))].map(([pid, startTime]) => ({ pid, startTime }));
}

/** Where only the text of the command line is known, spaces around the marker must do. */
function hasArgument({ command, args }: ProcessRow, marker: string): boolean {
  return args?.includes(marker) ?? ` ${command} `.includes(` ${marker} `);
}
