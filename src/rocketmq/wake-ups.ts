import type { Startup } from './jvm-flags.js';

/**
 * By how much the system may delay a timer of a node (Linux), so that threads that only look whether there is something to do wake up
 * together: a 5.x broker has a dozen that sleep 1 to 20 ms. A thread that is woken by another runs at once. Undefined: as the system has
 * it (50 µs). Measured on a 2m2s of 5.5.0: 8200 wake-ups a second before, 3250 after (with the rows of DEV_PROPERTIES and fewer probes).
 * It costs 7 ms between the answer to a send and the moment at which the message can be read (median; 5 ms of slack: 3 ms, 20 ms: 19 ms).
 * The rate of synchronous sends did not change measurably. Source: store/.../DefaultMessageStore.java ReputMessageService.
 */
export const TIMER_SLACK_NS: Readonly<Record<Startup, number | undefined>> = {
  fast: 10_000_000,
  throughput: undefined,
};
