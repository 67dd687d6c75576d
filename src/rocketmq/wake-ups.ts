import type { Startup } from './jvm-flags.js';

/**
 * By how much the system may delay a timer of a node (Linux), so that threads that only look whether there is something to do wake up
 * together. A 5.x broker has a dozen that sleep 1 to 20 ms. What somebody waits for is not delayed: a thread that is woken by another
 * runs at once. Undefined: as the system has it (50 µs). Source: store/.../DefaultMessageStore.java ReputMessageService and others;
 * measured, see the value.
 */
export const TIMER_SLACK_NS: Readonly<Record<Startup, number | undefined>> = {
  fast: 10_000_000,
  throughput: undefined,
};
