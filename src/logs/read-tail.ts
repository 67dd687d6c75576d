import type { ByteSource } from './byte-source.js';
import { readHead } from './line-formats.js';
import { LINE_FEED, MAX_LINE_BYTES } from './line-splitter.js';
import type { LogPattern } from './log-pattern.js';
import type { LogKind, LogRecord, LogSource } from './log-record.js';
import type { RecordFilter } from './record-filter.js';
import { startsRecord } from './record-parser.js';
import { RecordReader } from './record-reader.js';

const FIRST_BLOCK_BYTES = 65_536;
const MAX_BLOCK_BYTES = 1_048_576;
/** If a segment has no start of a record within this size, it begins at the start of a line. */
const MAX_SEGMENT_BYTES = 4 * MAX_LINE_BYTES;
/** This much of a line shows whether it begins a record. */
const HEAD_BYTES = 64;
const CARRIAGE_RETURN = 0x0d;
/** Asynchronous appenders and a clock that jumps write slightly out of order: reading backwards continues this far past `sinceMs`. */
const DISORDER_MS = 5_000;

/** Records that are not wanted may be left out, because making them takes long; the caller chooses among the others. */
export type Wanted = Pick<RecordFilter, 'sinceMs' | 'grep'>;

/** A part of a file that begins with a record, and its bytes. */
type Segment = { start: number; end: number; buffer: Buffer };

/**
 * The records of one file from its end to its start. Reads only what is needed; memory holds one segment (4 MiB).
 * Ends at the first record older than `sinceMs` (epoch ms), and at a block of NULs: if a file is truncated and its writer does
 * not append, such a hole remains, with nothing before it.
 */
export async function* readNewestFirst(
  bytes: ByteSource,
  source: LogSource,
  { sinceMs = -Infinity, grep }: Wanted = {},
): AsyncGenerator<LogRecord[]> {
  let laterMs = bytes.modifiedMs;
  for await (const { buffer } of segmentsBackwards(bytes, source.kind)) {
    const from = grep && !mayMatch(buffer, grep) ? firstTime(buffer) : undefined;
    if (from !== undefined && from >= sinceMs) {
      laterMs = from;
      yield [];
      continue;
    }
    const reader = new RecordReader(source);
    const records = [...reader.push(buffer), ...reader.flush()];
    laterMs = fillTimes(records, laterMs);
    records.reverse();
    const end = records.findIndex((record) => isBefore(record, sinceMs));
    yield end === -1 ? records : records.slice(0, end);
    if (end !== -1) return;
  }
}

/** The same records oldest first: looks for the start from the end, then reads on from there; memory holds one segment. */
export async function* readOldestFirst(
  bytes: ByteSource,
  source: LogSource,
  { sinceMs = -Infinity, grep }: Wanted = {},
): AsyncGenerator<LogRecord[]> {
  const stretches: { start: number; end: number; laterMs: number }[] = [];
  let laterMs = bytes.modifiedMs;
  for await (const { start, end, buffer } of segmentsBackwards(bytes, source.kind)) {
    if (!grep || mayMatch(buffer, grep)) stretches.push({ start, end, laterMs });
    laterMs = firstTime(buffer) ?? laterMs;
    if (laterMs < sinceMs - DISORDER_MS) break;
  }
  for (const stretch of stretches.reverse()) {
    const reader = new RecordReader(source);
    const records: LogRecord[] = [];
    for (let at = stretch.start; at < stretch.end; at += MAX_BLOCK_BYTES) {
      for (const record of reader.push(await bytes.read(at, Math.min(MAX_BLOCK_BYTES, stretch.end - at)))) records.push(record);
    }
    for (const record of reader.flush()) records.push(record);
    fillTimes(records, stretch.laterMs);
    yield records.filter((record) => !isBefore(record, sinceMs));
  }
}

/** @returns false if no record in the segment matches. Lines that are not read as they are written are not judged here. */
function mayMatch(segment: Buffer, grep: LogPattern): boolean {
  if (segment.length > MAX_LINE_BYTES || segment.includes(0) || segment.includes(CARRIAGE_RETURN)) return true;
  return grep.mayMatch(segment.toString('utf8'));
}

/**
 * The position where following continues after history: after the last complete line. If the file `isBusy`, before the last record,
 * so that a record that is still being written is not split. Reads the last MiB.
 */
export async function handoverPosition(bytes: ByteSource, kind: LogKind, isBusy: boolean): Promise<number> {
  const start = Math.max(0, bytes.sizeBytes - MAX_LINE_BYTES);
  const block = await bytes.read(start, bytes.sizeBytes - start);
  const lines = [...lineStarts(block, start === 0)];
  const position = isBusy ? lines.findLast((line) => startsRecord(headAt(block, line), kind)) : undefined;
  const afterLastLine = block.lastIndexOf(LINE_FEED) + 1;
  if (position !== undefined) return start + position;
  return afterLastLine === 0 && start > 0 ? bytes.sizeBytes : start + afterLastLine;
}

async function* segmentsBackwards(bytes: ByteSource, kind: LogKind): AsyncGenerator<Segment> {
  let end = bytes.sizeBytes;
  let blockBytes = FIRST_BLOCK_BYTES;
  while (end > 0) {
    const { start, buffer, isFirst } = await segmentBefore(bytes, end, blockBytes, kind);
    yield { start, end, buffer };
    if (isFirst) return;
    end = start;
    blockBytes = Math.min(blockBytes * 2, MAX_BLOCK_BYTES);
  }
}

async function segmentBefore(bytes: ByteSource, end: number, blockBytes: number, kind: LogKind) {
  let buffer: Buffer = Buffer.alloc(0);
  let start = end;
  while (start > 0) {
    const length = Math.min(blockBytes, start);
    const block = await bytes.read(start - length, length);
    if (block.length < length || isHole(block)) break;
    buffer = Buffer.concat([block, buffer]);
    start -= length;
    for (const offset of lineStarts(buffer, false)) {
      if (startsRecord(headAt(buffer, offset), kind)) return { start: start + offset, buffer: buffer.subarray(offset), isFirst: false };
    }
    if (start === 0 || buffer.length < MAX_SEGMENT_BYTES) continue;
    const line = lineStarts(buffer, false).next();
    if (!line.done) return { start: start + line.value, buffer: buffer.subarray(line.value), isFirst: false };
    // One line so far: no need to hold what the splitter would cut off anyway.
    buffer = buffer.subarray(0, MAX_LINE_BYTES + 1);
  }
  return { start, buffer, isFirst: true };
}

/** @returns the time of the first line in `segment` that has one, usually the very first. */
function firstTime(segment: Buffer): number | undefined {
  for (const offset of lineStarts(segment, true)) {
    const at = readHead(headAt(segment, offset))?.at;
    if (at !== undefined) return at;
  }
  return undefined;
}

/** The offsets in `block` at which a line begins. */
function* lineStarts(block: Buffer, isFirstStart: boolean): Generator<number> {
  if (isFirstStart && block.length > 0) yield 0;
  for (let at = block.indexOf(LINE_FEED) + 1; at > 0 && at < block.length; at = block.indexOf(LINE_FEED, at) + 1) yield at;
}

function headAt(block: Buffer, offset: number): string {
  const end = block.indexOf(LINE_FEED, offset);
  return block.toString('latin1', offset, Math.min(end === -1 ? block.length : end, offset + HEAD_BYTES));
}

function isHole(block: Buffer): boolean {
  return block[0] === 0 && block.equals(Buffer.alloc(block.length));
}

function isBefore(record: LogRecord, sinceMs: number): boolean {
  return (record.at ?? sinceMs) < sinceMs - DISORDER_MS;
}

/** Gives each record without a time the time of the next record that has one; the last ones get `laterMs`. @returns the time of the first. */
function fillTimes(records: LogRecord[], laterMs: number): number {
  let later = laterMs;
  for (const record of records.toReversed()) {
    record.at ??= later;
    later = record.at;
  }
  return later;
}
