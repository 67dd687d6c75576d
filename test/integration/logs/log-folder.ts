import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import type { LogRecord, LogSource } from '../../../src/logs/log-record.js';
import { type LogQuery, queryLogs } from '../../../src/logs/query.js';

/** A folder for one test file, fresh for each test. */
export function useLogFolder(): { path: (name: string) => string; root: () => string } {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'rmqdev-logs-'));
    return () => rmSync(root, { recursive: true, force: true });
  });
  return { path: (name) => join(root, name), root: () => root };
}

/** A line as RocketMQ's broker writes it, `at` in epoch ms. */
export function brokerLine(at: number, message: string, level = 'INFO'): string {
  return `${new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')} ${level} main - ${message}\n`;
}

export const brokerSource = (file: string, node = 'broker-a'): LogSource => ({ node, file, kind: 'broker' });

/** What a query gives, collected in the background; `until` waits for a state of it. */
export class Collector {
  readonly records: LogRecord[] = [];
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #changed = () => {};
  #failure: unknown;

  constructor(sources: readonly LogSource[], query: Partial<LogQuery>) {
    this.#done = this.#collect(queryLogs(sources, { clock: systemClock, follow: true, ...query, signal: this.#stop.signal })).catch(
      (error) => {
        this.#failure = error;
        this.#changed();
      },
    );
  }

  get messages(): string[] {
    return this.records.map((record) => record.message);
  }

  async until(isReached: (messages: string[]) => boolean): Promise<void> {
    while (!isReached(this.messages)) {
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #collect(records: AsyncIterable<LogRecord>): Promise<void> {
    for await (const record of records) {
      this.records.push(record);
      this.#changed();
    }
  }
}

const started: Collector[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((collector) => collector.stop()));
});

/** Starts a query that ends with the test. */
export function collect(sources: readonly LogSource[], query: Partial<LogQuery> = {}): Collector {
  const collector = new Collector(sources, query);
  started.push(collector);
  return collector;
}
