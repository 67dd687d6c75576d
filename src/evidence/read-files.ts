import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { asError, RmqdevError } from '../base/errors.js';
import { formatBytes } from '../base/units.js';
import type { EvidenceFile } from '../diagnose/evidence.js';
import { splitLines } from './lines.js';
import { evidenceKind } from './node-files.js';
import { countLines } from './read-evidence.js';

/** `notices` says in sentences what was omitted. */
export type FileEvidence = { files: EvidenceFile[]; notices: string[] };

/** How much is read at most, from the newest part: of all files together, and of one. */
const TOTAL_BYTES = 48 * 1024 * 1024;
const FILE_BYTES = 24 * 1024 * 1024;
const MIN_FILE_BYTES = 1024 * 1024;
const MAX_FILES = 200;
/** A node's folder has its logs two folders down. */
const MAX_DEPTH = 3;
/** Folders with messages, indexes or rotated files: no current logs. */
const PASSED_FOLDERS: ReadonlySet<string> = new Set(['commitlog', 'consumequeue', 'index', 'config', 'otherdays', 'node_modules']);
const LINE_FEED = 0x0a;

/**
 * Reads the log, or every log below the folder, that the user names; `.gz` too. It is not known which launch a line belongs to.
 * Memory is bounded for any size: of a longer file the newest part is read, and a notice says so.
 * @throws RmqdevError FILE_UNREADABLE
 */
export async function readFileEvidence(path: string): Promise<FileEvidence> {
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    (error) => Promise.reject(unreadable(path, error)),
  );
  if (!isFolder) return readOne(path, FILE_BYTES);
  const found = await logsBelow(path, MAX_DEPTH);
  if (found.length === 0) throw unreadable(path, new Error('it has no log: no *.log, *.out or hs_err file'));
  const paths = found.slice(0, MAX_FILES);
  const share = Math.max(MIN_FILE_BYTES, Math.min(FILE_BYTES, Math.floor(TOTAL_BYTES / paths.length)));
  const read: FileEvidence[] = [];
  for (const file of paths) read.push(await readOne(file, share));
  return {
    files: read.flatMap(({ files }) => files),
    notices: [
      ...read.flatMap(({ notices }) => notices),
      ...(found.length > paths.length ? [`${path} has ${found.length} logs; ${MAX_FILES} of them were read`] : []),
    ],
  };
}

async function readOne(path: string, maxBytes: number): Promise<FileEvidence> {
  const kind = evidenceKind(path) ?? 'unknown';
  try {
    const { bytes, firstLine, totalBytes } = path.endsWith('.gz') ? await endOfArchive(path, maxBytes) : await endOfFile(path, maxBytes);
    const isCut = totalBytes > bytes.length;
    return {
      files: [{ kind, path, firstLine, lines: splitLines(bytes) }],
      notices: isCut ? [`${path} has ${formatBytes(totalBytes)}; the newest ${formatBytes(bytes.length)} were read`] : [],
    };
  } catch (error) {
    throw unreadable(path, error);
  }
}

type End = { bytes: Buffer; firstLine: number | null; totalBytes: number };

async function endOfFile(path: string, maxBytes: number): Promise<End> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - maxBytes);
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
    const bytes = wholeLines(buffer.subarray(0, bytesRead), from > 0);
    const before = await countLines(handle, 0, from + bytesRead - bytes.length);
    return { bytes, firstLine: before === null ? null : before + 1, totalBytes: size };
  } finally {
    await handle.close();
  }
}

async function endOfArchive(path: string, maxBytes: number): Promise<End> {
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let totalBytes = 0;
  let linesBefore = 0;
  const bytes = pipeline(createReadStream(path), createGunzip(), () => {});
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    kept.push(chunk);
    keptBytes += chunk.length;
    totalBytes += chunk.length;
    while (keptBytes - (kept[0] as Buffer).length >= maxBytes) {
      const dropped = kept.shift() as Buffer;
      keptBytes -= dropped.length;
      linesBefore += dropped.filter((byte) => byte === LINE_FEED).length;
    }
  }
  const held = Buffer.concat(kept);
  const whole = wholeLines(held, totalBytes > keptBytes);
  return { bytes: whole, firstLine: linesBefore + (whole.length < held.length ? 2 : 1), totalBytes };
}

/** @returns the text after the first line end if the first line `isCut`. */
function wholeLines(bytes: Buffer, isCut: boolean): Buffer {
  return isCut ? bytes.subarray(bytes.indexOf(LINE_FEED) + 1) : bytes;
}

async function logsBelow(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => Promise.reject(unreadable(folder, error)));
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const here = entries.flatMap((entry) => {
    const kind = entry.isFile() ? evidenceKind(entry.name) : undefined;
    return kind === undefined || kind === 'dump' ? [] : [join(folder, entry.name)];
  });
  if (depth <= 1) return here;
  const inner = entries.filter((entry) => entry.isDirectory() && !PASSED_FOLDERS.has(entry.name));
  const below = await Promise.all(inner.map((entry) => logsBelow(join(folder, entry.name), depth - 1).catch(() => [])));
  return [...here, ...below.flat()];
}

function unreadable(path: string, cause: unknown): RmqdevError {
  if (cause instanceof RmqdevError) return cause;
  return new RmqdevError(
    'FILE_UNREADABLE',
    {
      what: `${basename(path)} cannot be explained`,
      why: `${path}: ${asError(cause).message}`,
      next: 'Name a log (broker.log, nohup.out, hs_err_pid*.log), a folder with logs, or `rmqdev explain --user-home`',
    },
    { cause },
  );
}
