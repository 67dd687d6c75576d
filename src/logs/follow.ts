import { basename, dirname, resolve } from 'node:path';
import type { Clock } from '../base/clock.js';
import { asError } from '../base/errors.js';
import { periodically } from '../base/periodic.js';
import { DirectoryWatch } from './directory-watch.js';
import { FollowedFile } from './followed-file.js';
import type { LogRecord, LogSource } from './log-record.js';

/** How often all files are checked without an event: network file systems and WSL lose events. */
const SWEEP_MS = 1_000;
/** The same if a directory cannot be watched. */
const POLL_MS = 200;

/**
 * Follows log files from the moment of `open`, in arrival order. Reads one chunk of a file at a time and only when asked,
 * so a slow reader makes the files wait, and memory does not grow; rotated files stay open meanwhile, and so stay on disk.
 */
export class Follower {
  readonly files: readonly FollowedFile[];
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #watches: readonly DirectoryWatch[];
  #sweepMs = SWEEP_MS;
  #endSweeps = () => {};
  #isAwake = true;
  #wakeUp = () => {};
  #failure: Error | undefined;
  readonly #onAbort = () => this.#wake();

  private constructor(files: readonly FollowedFile[], clock: Clock, signal: AbortSignal) {
    this.files = files;
    this.#clock = clock;
    this.#signal = signal;
    this.#watches = [...new Set(files.map(directoryOf))].map((directory) =>
      this.#watch(
        directory,
        files.filter((file) => directoryOf(file) === directory),
      ),
    );
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /**
   * Opens the files that exist and watches for the others. The caller closes it.
   * @param signal ends `records`, which then returns
   * @throws RmqdevError FILE_UNREADABLE
   */
  static async open(sources: readonly LogSource[], clock: Clock, signal: AbortSignal): Promise<Follower> {
    const files = await openAll(sources, clock);
    const follower = new Follower(files, clock, signal);
    await follower.#sweep();
    follower.#endSweeps = periodically(
      clock,
      () => follower.#sweepMs,
      () => follower.#sweep(),
    );
    return follower;
  }

  /** New records as they arrive, if `wanted` accepts them; call it once. @throws RmqdevError FILE_UNREADABLE, and what `wanted` throws */
  async *records(wanted: (records: LogRecord[], source: LogSource) => LogRecord[] = (records) => records): AsyncGenerator<LogRecord> {
    while (!this.#signal.aborted) {
      if (this.#failure) throw this.#failure;
      this.#isAwake = false;
      for (const file of this.files) {
        if (!file.isDirty && file.quietInMs() !== 0) continue;
        for (const record of wanted(await file.readChunk(), file.source)) {
          if (this.#signal.aborted) return;
          yield record;
        }
      }
      if (!this.files.some((file) => file.isDirty)) await this.#sleep();
    }
  }

  async close(): Promise<void> {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#endSweeps();
    await Promise.all([...this.#watches.map((watch) => watch.close()), ...this.files.map((file) => file.close())]);
  }

  #watch(directory: string, files: readonly FollowedFile[]): DirectoryWatch {
    const names = files.map((file) => basename(file.source.file));
    const watch: DirectoryWatch = new DirectoryWatch(directory, names, {
      onChange: (name) => {
        for (const file of files) {
          if (name !== null && basename(file.source.file) !== name) continue;
          file.isDirty = true;
          this.#background(file.noticeRotation());
        }
        this.#wake();
      },
      onUnwatchable: () => {
        this.#sweepMs = POLL_MS;
      },
    });
    for (const file of files) file.onReplaced = () => watch.renew(basename(file.source.file));
    return watch;
  }

  async #sweep(): Promise<void> {
    try {
      await Promise.all([...this.#watches.map((watch) => watch.ensure()), ...this.files.map((file) => file.noticeRotation())]);
    } catch (error) {
      this.#failure = asError(error);
    }
    for (const file of this.files) file.isDirty = true;
    this.#wake();
  }

  #background(work: Promise<void>): void {
    work
      .catch((error) => {
        this.#failure = asError(error);
      })
      .finally(() => this.#wake());
  }

  #wake(): void {
    this.#isAwake = true;
    this.#wakeUp();
  }

  /** Until something happens, or an open record counts as complete. */
  async #sleep(): Promise<void> {
    if (this.#isAwake) return;
    const quietInMs = Math.min(...this.files.map((file) => file.quietInMs() ?? Infinity));
    await new Promise<void>((resolve) => {
      const cancel = quietInMs === Infinity ? () => {} : this.#clock.after(quietInMs, () => this.#wake());
      this.#wakeUp = () => {
        cancel();
        resolve();
      };
    });
  }
}

function directoryOf(file: FollowedFile): string {
  return dirname(resolve(file.source.file));
}

async function openAll(sources: readonly LogSource[], clock: Clock): Promise<FollowedFile[]> {
  const opened = await Promise.allSettled(sources.map((source) => FollowedFile.open(source, clock)));
  const files = opened.filter((result) => result.status === 'fulfilled').map(({ value }) => value);
  const failed = opened.find((result) => result.status === 'rejected');
  if (!failed) return files;
  await Promise.all(files.map((file) => file.close()));
  throw failed.reason;
}
