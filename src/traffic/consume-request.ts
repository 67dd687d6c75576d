import type { RmqdevError } from '../base/errors.js';
import type { Write } from './handing.js';
import type { From } from './offsets.js';
import type { ReadFilter } from './queue-reader.js';
import type { ReadFrom } from './queues.js';

/** The input and the result of a consume. */

export type ConsumeRequest = {
  readonly topic: string;
  readonly filter: ReadFilter;
  /** Commits what was written to the output, and continues there. */
  readonly group: string | undefined;
  /** Where to begin; with a group only in queues in which it has no offset. */
  readonly from: From;
  /** Where to read. */
  readonly readFrom: ReadFrom;
  /** Continue with new messages, and wait for a topic that does not exist yet. */
  readonly follow: boolean;
  /** No more messages than this. */
  readonly limit: number | undefined;
};

export type ConsumeSummary = {
  readonly topic: string;
  readonly group: string | null;
  /** Written to the output. */
  readonly received: number;
  readonly elapsedMs: number;
  readonly queues: readonly {
    readonly brokerName: string;
    readonly queueId: number;
    readonly address: string;
    readonly from: number;
    /** The offset after what was written or skipped. */
    readonly next: number;
    /** What this run has committed; null if nothing. */
    readonly committed: number | null;
  }[];
};

export type ConsumeRun = {
  readonly summary: ConsumeSummary;
  /** Why a queue was not read to its end. */
  readonly problem: RmqdevError | undefined;
  /** Why the output accepts no more. */
  readonly outputError: Error | undefined;
};

export type Tell = { readonly message: Write; readonly notice: (text: string) => void };
