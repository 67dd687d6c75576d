import type { ProcessIdentity } from '../base/process.js';
import type { Platform, ProcessRow } from './platform.js';

/** @returns the live processes with an argument that is exactly `marker`: nodes that were launched but never recorded. */
export async function findMarked(platform: Platform, marker: string): Promise<ProcessIdentity[]> {
  const pids = (await platform.processTable()).filter((row) => hasArgument(row, marker)).map(({ pid }) => pid);
  return [...(await platform.startTimes(pids))].map(([pid, startTime]) => ({ pid, startTime }));
}

/** `name` is the text after the marker's prefix, up to the end of the argument. */
export type Marked = { pid: number; name: string };

/** @returns the live processes that have an argument which begins with one of `prefixes`. */
export async function markedBelow(platform: Platform, prefixes: readonly string[]): Promise<Marked[]> {
  return (await platform.processTable()).flatMap((row) => {
    const [name] = prefixes.flatMap((prefix) => afterPrefix(row, prefix) ?? []);
    return name === undefined ? [] : [{ pid: row.pid, name }];
  });
}

/**
 * @returns `kept`, the recorded process, if it is alive; else a process with `marker` (the daemon that started it died before recording
 * it); else `kept`, so that its end is noticed.
 */
export async function livingProcess(platform: Platform, marker: string, kept: ProcessIdentity | null): Promise<ProcessIdentity | null> {
  if (kept && (await platform.startTime(kept.pid)) === kept.startTime) return kept;
  const [marked] = await findMarked(platform, marker);
  return marked ?? kept;
}

/** If only the text of the command line is known, the name ends at the next space. */
function afterPrefix({ command, args }: ProcessRow, prefix: string): string | undefined {
  if (args) return args.find((argument) => argument.startsWith(prefix))?.slice(prefix.length);
  const at = ` ${command}`.indexOf(` ${prefix}`);
  return at < 0 ? undefined : command.slice(at + prefix.length).split(' ')[0];
}

/** If only the text of the command line is known, spaces around the marker must be enough. */
function hasArgument({ command, args }: ProcessRow, marker: string): boolean {
  return args?.includes(marker) ?? ` ${command} `.includes(` ${marker} `);
}
