import { type FileHandle, open } from 'node:fs/promises';
import type { EvidenceFile } from '../diagnose/evidence.js';
import { readHead } from '../logs/line-formats.js';
import type { Stretch } from './launch-mark.js';
import { splitLines } from './lines.js';
import { evidenceKind } from './node-files.js';

/** Of a longer part only the head and the tail are read. */
const HEAD_BYTES = 256 * 1024;
const TAIL_BYTES = 1024 * 1024;
/** Line numbers are counted up to this many bytes of a file; beyond that they are not known. */
const COUNTED_BYTES = 256 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const LINE_FEED = 0x0a;

/**
 * Reads what a node wrote in one launch: for each part one piece, or two (head and tail), in the order given. Holds at most
 * 1.25 MiB of each file. A file that is gone or was rotated is skipped. Dumps are named, not read.
 * @param since epoch ms: older lines of RocketMQ's logs are omitted, for parts without a mark
 */
export async function readStretches(stretches: readonly Stretch[], since: number | null = null): Promise<EvidenceFile[]> {
  const files: EvidenceFile[] = [];
  for (const stretch of stretches) {
    for (const file of await readStretch(stretch)) files.push(since === null ? file : withoutOlder(file, since));
  }
  return files.filter(({ kind, lines }) => kind === 'dump' || lines.length > 0);
}

async function readStretch({ path, inode, from, to }: Stretch): Promise<EvidenceFile[]> {
  const kind = evidenceKind(path) ?? 'unknown';
  if (kind === 'dump') return [{ kind, path, firstLine: null, lines: [] }];
  const handle = await open(path, 'r').catch(() => undefined);
  if (!handle) return [];
  try {
    const stats = await handle.stat({ bigint: true });
    if (String(stats.ino) !== inode || Number(stats.size) < to) return [];
    const linesBefore = await countLines(handle, 0, from);
    if (to - from <= HEAD_BYTES + TAIL_BYTES) {
      return [{ kind, path, firstLine: after(linesBefore), lines: splitLines(await readAll(handle, from, to)) }];
    }
    const [head, tail] = await Promise.all([readAll(handle, from, from + HEAD_BYTES), readAll(handle, to - TAIL_BYTES, to)]);
    const tailStart = to - TAIL_BYTES + tail.indexOf(LINE_FEED) + 1;
    const between = await countLines(handle, from, tailStart);
    return [
      { kind, path, firstLine: after(linesBefore), lines: splitLines(head.subarray(0, head.lastIndexOf(LINE_FEED) + 1)) },
      {
        kind,
        path,
        firstLine: linesBefore === null || between === null ? null : linesBefore + between + 1,
        lines: splitLines(tail.subarray(tail.indexOf(LINE_FEED) + 1)),
      },
    ];
  } finally {
    await handle.close();
  }
}

function after(linesBefore: number | null): number | null {
  return linesBefore === null ? null : linesBefore + 1;
}

async function readAll(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const buffer = Buffer.alloc(to - from);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
  return buffer.subarray(0, bytesRead);
}

/** @returns how many lines end between these bytes; null if there are too many bytes to count. */
export async function countLines(handle: FileHandle, from: number, to: number): Promise<number | null> {
  if (to - from > COUNTED_BYTES) return null;
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, to - from)));
  let count = 0;
  for (let at = from; at < to; ) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, to - at), at);
    if (bytesRead === 0) break;
    const block = buffer.subarray(0, bytesRead);
    for (let end = block.indexOf(LINE_FEED); end !== -1; end = block.indexOf(LINE_FEED, end + 1)) count += 1;
    at += bytesRead;
  }
  return count;
}

/** RocketMQ writes whole seconds. */
function withoutOlder(file: EvidenceFile, since: number): EvidenceFile {
  const second = Math.floor(since / 1_000) * 1_000;
  const lastOlder = file.lines.findLastIndex((line) => {
    const at = readHead(line)?.at;
    return at !== undefined && at < second;
  });
  // Lines without a time after the last older line belong to that line.
  const first = file.lines.findIndex((line, index) => index > lastOlder && readHead(line) !== undefined);
  if (lastOlder === -1) return file;
  const start = first === -1 ? file.lines.length : first;
  return { ...file, firstLine: file.firstLine === null ? null : file.firstLine + start, lines: file.lines.slice(start) };
}
