import { vi } from 'vitest';

/** Catches a hang, and nothing else: what passes on a quiet machine in milliseconds may take seconds on one that has other work. */
export const HANG_MS = 60_000;

/** Tries `check` until it neither throws nor rejects. @returns what it then gave. */
export function until<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: HANG_MS, interval: 20 });
}
