import type { RestartPolicy } from '../base/node-words.js';

/** A node that was never ready since the user started it is given up sooner: its problem rarely goes away within a second. */
export const MAX_RESTARTS_BEFORE_READY = 2;

/** Only the immediate restart may come sooner, whatever the policy says: a start uses a whole CPU. */
export const MIN_BACKOFF_MS = 100;

/** A node that crashes twice within this time does not get an immediate restart again, even if the policy's window is shorter. */
export const QUIET_BEFORE_IMMEDIATE_MS = 10_000;

export type RestartDecision = { restart: true; delayMs: number } | { restart: false; why: string };

/** One unexpected end of a process; `at` in ms on the monotonic clock. */
export type Crash = { at: number; wasReady: boolean };

/** @returns those of `crashes` that can still matter to `decideRestart`: the ones within the window, and the last one of a ready node. */
export function crashesThatCount(policy: RestartPolicy, crashes: readonly Crash[], now: number): Crash[] {
  const lastReady = crashes.findLast((crash) => crash.wasReady);
  return crashes.filter((crash) => crash === lastReady || now - crash.at < Math.max(policy.windowMs, QUIET_BEFORE_IMMEDIATE_MS));
}

/**
 * Pure: decides from policy, crashes and now.
 * @param crashes the crashes since the user last asked for a start, oldest first, the current one last; see `crashesThatCount`.
 * @param clean the process ended with 0 or 143: it was stopped from outside.
 */
export function decideRestart(policy: RestartPolicy, crashes: readonly Crash[], clean: boolean, now: number): RestartDecision {
  if (policy.policy === 'never') return { restart: false, why: 'its restart policy is never' };
  if (clean && policy.policy === 'on-crash') return { restart: false, why: 'it was stopped from outside' };
  const recent = crashes.filter((crash) => now - crash.at < policy.windowMs);
  const everReady = crashes.some((crash) => crash.wasReady);
  const limit = everReady ? policy.maxRestarts : Math.min(policy.maxRestarts, MAX_RESTARTS_BEFORE_READY);
  if (recent.length > limit) {
    const window = everReady ? ` within ${Math.round(policy.windowMs / 1_000)} s` : ' before it was ever ready';
    return { restart: false, why: `it crashed ${recent.length === 1 ? 'once' : `${recent.length} times`}${window}` };
  }
  const last = crashes.at(-1);
  const attempt = recent.length - 1;
  const isQuiet = crashes.every((crash) => crash === last || now - crash.at >= QUIET_BEFORE_IMMEDIATE_MS);
  if (attempt === 0 && last?.wasReady && isQuiet) return { restart: true, delayMs: 0 };
  const step = everReady ? attempt - 1 : attempt;
  const delayMs = Math.min(policy.backoffMinMs * 2 ** Math.max(0, step), policy.backoffMaxMs);
  return { restart: true, delayMs: Math.max(MIN_BACKOFF_MS, delayMs) };
}
