import type { Clock } from '../base/clock.js';
import { type ByteSource, openLog, snapshot, statLog } from './byte-source.js';
import { FileGeneration, openSkippedGenerations } from './file-generation.js';
import type { LogRecord, LogSource } from './log-record.js';
import { handoverPosition } from './read-tail.js';
import { RecordReader } from './record-reader.js';

/** A record counts as complete if its file has not changed for this time. */
export const QUIET_MS = 100;

/**
 * One path followed through rotation (the old file is read to its end before the new one), truncation (read from 0 again),
 * removal and late creation. The owner calls `noticeRotation` if the path may lead to another file, also while nobody reads:
 * this opens the new file, so that its bytes survive a rename or removal. Reads one chunk at a time, and only when asked.
 */
export class FollowedFile {
  /** Set by the owner when the file may have grown. */
  isDirty = true;
  /** Called if the path leads to a different file. */
  onReplaced = (): void => {};
  /** Oldest first; the last one is the file at the path at the last check. */
  readonly #generations: FileGeneration[] = [];
  readonly #known = new Set<bigint>();
  readonly #clock: Clock;
  readonly #reader: RecordReader;
  /** Time of the last read; undefined after the file was checked again after a quiet time. */
  #readAtMs: number | undefined;
  #noticing: Promise<void> | undefined;
  #isNoticedAgain = false;
  #isClosed = false;

  private constructor(
    readonly source: LogSource,
    clock: Clock,
    /** The contents of the file when it was opened, up to the start of following; undefined if there was no file. */
    readonly history: ByteSource | undefined,
    generation: FileGeneration | undefined,
  ) {
    this.#clock = clock;
    this.#reader = new RecordReader(source);
    if (generation) this.#append(generation);
  }

  /** @throws RmqdevError FILE_UNREADABLE */
  static async open(source: LogSource, clock: Clock): Promise<FollowedFile> {
    const handle = await openLog(source.file);
    if (!handle) return new FollowedFile(source, clock, undefined, undefined);
    const bytes = await snapshot(handle);
    const sizeBytes = await handoverPosition(bytes, source.kind, clock.now() - bytes.modifiedMs < QUIET_MS);
    return new FollowedFile(source, clock, { ...bytes, sizeBytes }, await FileGeneration.from(handle, sizeBytes));
  }

  /** Where the next read of the file being read begins, in bytes. */
  get position(): number {
    return this.#generations[0]?.position ?? 0;
  }

  /** Opens the file at the path if it is a different one now. Overlapping calls are joined. @throws RmqdevError FILE_UNREADABLE */
  async noticeRotation(): Promise<void> {
    this.#isNoticedAgain = true;
    this.#noticing ??= this.#noticeUntilUnchanged().finally(() => {
      this.#noticing = undefined;
    });
    return this.#noticing;
  }

  /** @returns the records that the next chunk completes, or that a quiet time completes; clears `isDirty` if there is no more to read now. */
  async readChunk(): Promise<LogRecord[]> {
    this.isDirty = false;
    const [generation] = this.#generations;
    if (!generation) return [];
    // Checked before the read: the writer finished the old file before its first byte in the new one.
    const isOver = await this.#hasNextBegun();
    const chunk = await generation.read();
    if (chunk !== 'truncated' && chunk.length > 0) {
      this.isDirty = true;
      this.#readAtMs = this.#clock.monotonicMs();
      return this.#reader.push(chunk, this.#clock.now());
    }
    if (chunk !== 'truncated' && !isOver) {
      if (this.quietInMs() !== 0) return [];
      this.#readAtMs = undefined;
      return this.#reader.flushRecord();
    }
    this.isDirty = true;
    if (chunk !== 'truncated') {
      this.#generations.shift();
      await generation.handle.close();
    }
    return this.#reader.flush(this.#clock.now());
  }

  /**
   * @returns ms until the file must be checked again without an event: then the open record counts as complete, and an event so soon
   * after the last one may be missing. Undefined if there is no need.
   */
  quietInMs(): number | undefined {
    return this.#readAtMs === undefined ? undefined : Math.max(0, this.#readAtMs + QUIET_MS - this.#clock.monotonicMs());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#noticing?.catch(() => {});
    await Promise.all(this.#generations.splice(0).map(({ handle }) => handle.close()));
  }

  async #noticeUntilUnchanged(): Promise<void> {
    while (this.#isNoticedAgain && !this.#isClosed) {
      this.#isNoticedAgain = false;
      await this.#noticeOnce();
    }
  }

  async #noticeOnce(): Promise<void> {
    const { file } = this.source;
    const newest = this.#generations.at(-1);
    const there = await statLog(file);
    if (!there || newest?.isSameFile(there)) return;
    const handle = await openLog(file);
    if (!handle) return;
    const next = await FileGeneration.from(handle);
    if (newest?.isSameFile(next.stats)) return handle.close();
    const skipped = newest ? await openSkippedGenerations(file, newest.stats, next.stats, this.#known) : [];
    for (const generation of [...skipped, next]) this.#append(generation);
    this.isDirty = true;
    if (newest) this.onReplaced();
  }

  #append(generation: FileGeneration): void {
    this.#generations.push(generation);
    this.#known.add(generation.stats.ino);
  }

  async #hasNextBegun(): Promise<boolean> {
    for (const later of this.#generations.slice(1)) if (!(await later.isEmpty())) return true;
    return false;
  }
}
