import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../../base/clock.js';
import { asError, systemCode } from '../../base/errors.js';
import { type Logger, silentLogger } from '../../base/logger.js';
import { setAside } from '../../base/set-aside.js';
import type { JournalEvent } from '../../contract/events.js';

/** Above this size the journal becomes `events.ndjson.1`, and a new one begins. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Everything that happened to one cluster: an append-only file with one JSON object in each line, and the current listeners. */
export class Journal {
  readonly #listeners = new Set<(event: JournalEvent) => void>();
  #seq: number;
  #isMended = false;
  #isClosed = false;

  constructor(
    readonly file: string,
    readonly cluster: string,
    private readonly clock: Clock,
    private readonly log: Logger = silentLogger,
  ) {
    this.#seq = lastSeq(this.read());
  }

  /** The number of the last event. */
  get seq(): number {
    return this.#seq;
  }

  /** Numbers continue above `seq`, even if the events up to it are lost. */
  continueFrom(seq: number): void {
    this.#seq = Math.max(this.#seq, seq);
  }

  /** From now on nothing is written: the cluster is deleted, and its folder must not come back. */
  close(): void {
    this.#isClosed = true;
  }

  /** Listeners get the event even if it cannot be written: `down` must still work on a full disk. */
  record(type: string, node: string | null, message: string, data?: Record<string, unknown>): JournalEvent {
    this.#seq += 1;
    const event: JournalEvent = {
      seq: this.#seq,
      at: new Date(this.clock.now()).toISOString(),
      cluster: this.cluster,
      node,
      type,
      message,
      ...(data ? { data } : {}),
    };
    try {
      if (!this.#isClosed) this.#append(event);
    } catch (error) {
      this.log.error({ cluster: this.cluster, event, err: error }, 'an event could not be written down');
    }
    for (const listener of [...this.#listeners]) listener(event);
    return event;
  }

  /**
   * Prepares the file for new lines: cuts off a last line that a crash or a full disk left torn and keeps it next to the file, and sets aside
   * what cannot be read at all. @returns what was done, one sentence each; empty if nothing was.
   */
  mend(): string[] {
    this.#isMended = true;
    let text: string;
    try {
      text = readFileSync(this.file, 'utf8');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      return [`the journal ${this.file} could not be read (${asError(error).message}); ${setAside(this.file, this.clock.now())}`];
    }
    const broken = text.split('\n').filter((line) => line !== '' && parseLine(line).length === 0).length;
    const end = text.lastIndexOf('\n') + 1;
    const last = text.slice(end);
    try {
      // A whole event that only lacks its line end is kept.
      if (last !== '' && parseLine(last).length > 0) appendFileSync(this.file, '\n');
      else if (last !== '') {
        appendFileSync(`${this.file}.torn`, `${last}\n`);
        truncateSync(this.file, Buffer.byteLength(text.slice(0, end)));
      }
    } catch (error) {
      return [`the last line of the journal ${this.file} is torn, and cannot be cut off (${asError(error).message})`];
    }
    if (broken === 0) return [];
    const lines = broken === 1 ? 'one line' : `${broken} lines`;
    return [
      `the journal ${this.file} has ${lines} that could not be read${last === '' ? '' : `; the torn last one is now in ${this.file}.torn`}`,
    ];
  }

  #append(event: JournalEvent): void {
    mkdirSync(dirname(this.file), { recursive: true });
    if (!this.#isMended) for (const note of this.mend()) this.log.warn({ cluster: this.cluster }, note);
    if (existsSync(this.file) && statSync(this.file).size > MAX_BYTES) renameSync(this.file, `${this.file}.1`);
    // A full disk may leave a torn line, which is repaired before the next one.
    this.#isMended = false;
    appendFileSync(this.file, `${JSON.stringify(event)}\n`);
    this.#isMended = true;
  }

  /** @returns what is kept, oldest first. Skips a line that is not an event (torn by a crash) and a file that cannot be read. */
  read(): JournalEvent[] {
    return [`${this.file}.1`, this.file].flatMap((file) => {
      try {
        return readFileSync(file, 'utf8').split('\n').flatMap(parseLine);
      } catch {
        return [];
      }
    });
  }

  /** @returns a function that ends it. */
  subscribe(listener: (event: JournalEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

const lastSeq = (events: readonly JournalEvent[]): number => events.reduce((last, { seq }) => Math.max(last, seq), 0);

function parseLine(line: string): JournalEvent[] {
  if (line === '') return [];
  try {
    const event = JSON.parse(line) as JournalEvent;
    return typeof event.seq === 'number' ? [event] : [];
  } catch {
    return [];
  }
}
