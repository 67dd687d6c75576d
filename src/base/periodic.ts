import type { Clock } from './clock.js';

/**
 * Runs `task` again and again, never twice at once: the next period begins when the task has ended. A task that fails is run again as well;
 * its error is not caught here.
 * @param periodMs a function is asked before each wait
 * @param start `at-once` runs it now too
 * @returns a function that ends it; a task that is under way ends by itself
 */
export function periodically(
  clock: Clock,
  periodMs: number | (() => number),
  task: () => void | Promise<void>,
  start: 'at-once' | 'after-a-period' = 'after-a-period',
): () => void {
  let isOver = false;
  let cancel = () => {};
  const wait = () => {
    if (!isOver) cancel = clock.after(typeof periodMs === 'number' ? periodMs : periodMs(), run);
  };
  const run = () => {
    let isUnderWay = false;
    try {
      const underWay = task();
      isUnderWay = underWay !== undefined;
      void underWay?.finally(wait);
    } finally {
      if (!isUnderWay) wait();
    }
  };
  if (start === 'at-once') run();
  else wait();
  return () => {
    isOver = true;
    cancel();
  };
}
