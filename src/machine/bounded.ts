import type { Clock } from '../base/clock.js';
import { asError, systemCode } from '../base/errors.js';
import { type Known, known, notKnown } from '../diagnose/preflight/facts.js';

/** @returns what `ask` answers, or why it did not: it failed, or had no answer within `timeoutMs`. Never rejects. */
export function bounded<T>(ask: () => Promise<T>, timeoutMs: number, clock: Clock): Promise<Known<T>> {
  return new Promise((resolve) => {
    const cancel = clock.after(timeoutMs, () => resolve(notKnown(`there was no answer within ${timeoutMs} ms`)));
    const settle = (fact: Known<T>) => {
      cancel();
      resolve(fact);
    };
    Promise.resolve()
      .then(ask)
      .then(
        (value) => settle(known(value)),
        (error: unknown) => settle(notKnown(reason(error))),
      );
  });
}

function reason(error: unknown): string {
  if (isMissingTool(error)) return 'the tool that tells it is missing';
  // What execa says of a tool is long; its first line tells.
  return asError(error).message.split('\n')[0] ?? '';
}

/** ENOENT of a file says which system call met it; so does a spawn, whose error execa keeps as the cause. */
function isMissingTool(error: unknown): boolean {
  if (systemCode(error) !== 'ENOENT') return false;
  const { syscall, cause } = error as NodeJS.ErrnoException;
  return syscall?.startsWith('spawn') ?? isMissingTool(cause);
}
