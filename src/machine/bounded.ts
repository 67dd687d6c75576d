import type { Clock } from '../base/clock.js';
import { asError, systemCode } from '../base/errors.js';
import { type Known, known, notKnown } from '../diagnose/preflight/facts.js';

/** @returns the answer of `ask`, or why there is none: it failed, or did not answer within `timeoutMs`. Never rejects. */
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
  if (isMissingTool(error)) return 'the tool for it is missing';
  // The message of execa is long; its first line is enough.
  return asError(error).message.split('\n')[0] ?? '';
}

/** ENOENT of a file names its system call; so does ENOENT of a spawn, which execa keeps as the cause. */
function isMissingTool(error: unknown): boolean {
  if (systemCode(error) !== 'ENOENT') return false;
  const { syscall, cause } = error as NodeJS.ErrnoException;
  return syscall?.startsWith('spawn') ?? isMissingTool(cause);
}
