import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { type FileState, nodeFiles } from './node-files.js';

/** `run/launch.json`: `at` is epoch ms, `files` the node's files at that time, by their path in its folder, with `/`. */
export type LaunchMark = { at: number; files: Readonly<Record<string, { size: number; inode: string }>> };

/** A part of a file: the bytes `from` up to `to` of the file with this inode. */
export type Stretch = { path: string; inode: string; from: number; to: number };

/** Notes how long each file of a node is. What they contain now is not evidence for the end of the next launch. */
export async function markLaunch(nodeRoot: string, at: number): Promise<void> {
  const files = nodeFiles(nodeRoot).map(({ path, size, inode }) => [nameOf(nodeRoot, path), { size, inode }]);
  await mkdir(dirname(markFile(nodeRoot)), { recursive: true });
  // Without fsync: the file survives this process anyway, and if the machine goes down, there is no process left to explain.
  await writeFileAtomic(markFile(nodeRoot), `${JSON.stringify({ at, files: Object.fromEntries(files) })}\n`, { fsync: false });
}

/** @returns the mark of the last launch; undefined if it is missing or broken. */
export function readLaunchMark(nodeRoot: string): LaunchMark | undefined {
  try {
    const mark = JSON.parse(readFileSync(markFile(nodeRoot), 'utf8')) as Partial<LaunchMark>;
    const isWhole = typeof mark.at === 'number' && typeof mark.files === 'object' && mark.files !== null;
    return isWhole ? (mark as LaunchMark) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What the launch of `mark` has written so far. A file that is shorter than its mark, or has another inode, was rotated: all of it counts.
 * Without a mark: the files written to since `startedAt` (epoch ms), else everything.
 */
export function writtenSince(nodeRoot: string, mark: LaunchMark | undefined, startedAt: number | null): Stretch[] {
  return nodeFiles(nodeRoot).flatMap((file) => {
    const from = mark ? startIn(file, mark.files[nameOf(nodeRoot, file.path)]) : 0;
    const isOlder = mark === undefined && startedAt !== null && file.modifiedMs < startedAt;
    return isOlder || from === file.size ? [] : [{ path: file.path, inode: file.inode, from, to: file.size }];
  });
}

function startIn(file: FileState, marked: { size: number; inode: string } | undefined): number {
  if (marked === undefined || marked.inode !== file.inode || marked.size > file.size) return 0;
  return marked.size;
}

function markFile(nodeRoot: string): string {
  return join(nodeRoot, 'run', 'launch.json');
}

function nameOf(nodeRoot: string, path: string): string {
  return relative(nodeRoot, path).replaceAll(sep, '/');
}
