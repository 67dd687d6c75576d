import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../base/clock.js';
import { type Logger, silentLogger } from '../base/logger.js';
import type { JournalEvent } from '../contract/events.js';

/** Past this size the journal becomes `events.ndjson.1`, and a new one begins. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Everything that happened to one cluster: an append-only file, one JSON object a line, and those who listen now. */
export class Journal {
  readonly #listeners = new Set<(event: JournalEvent) => void>();
  #seq: number;
  /** Ends a line that a crash or a full disk left torn, so that the next event is not lost with it. */
  #lineEnd: '' | '\n';

  constructor(
    readonly file: string,
    readonly cluster: string,
    private readonly clock: Clock,
    private readonly log: Logger = silentLogger,
  ) {
    this.#seq = this.read().at(-1)?.seq ?? 0;
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    this.#lineEnd = text === '' || text.endsWith('\n') ? '' : '\n';
  }

  /** Listeners hear of the event also where it cannot be written: on a full disk a cluster must still be able to go down. */
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
      this.#append(event);
    } catch (error) {
      this.log.error({ cluster: this.cluster, event, err: error }, 'an event could not be written down');
    }
    for (const listener of [...this.#listeners]) listener(event);
    return event;
  }

  #append(event: JournalEvent): void {
    mkdirSync(dirname(this.file), { recursive: true });
    if (existsSync(this.file) && statSync(this.file).size > MAX_BYTES) renameSync(this.file, `${this.file}.1`);
    const line = `${this.#lineEnd}${JSON.stringify(event)}\n`;
    this.#lineEnd = '\n';
    appendFileSync(this.file, line);
    this.#lineEnd = '';
  }

  /** @returns what is kept, oldest first. A line that is no event (torn by a crash) is passed over. */
  read(): JournalEvent[] {
    return [`${this.file}.1`, this.file]
      .filter((file) => existsSync(file))
      .flatMap((file) => readFileSync(file, 'utf8').split('\n').flatMap(parseLine));
  }

  /** @returns a function that ends it. */
  subscribe(listener: (event: JournalEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function parseLine(line: string): JournalEvent[] {
  if (line === '') return [];
  try {
    const event = JSON.parse(line) as JournalEvent;
    return typeof event.seq === 'number' ? [event] : [];
  } catch {
    return [];
  }
}
