import { expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import type { RmqdevError } from '../../../src/base/errors.js';
import { Operations } from '../../../src/cluster/operations.js';

function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
/** Work that ends when its signal says so. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: RmqdevError) => error,
  );

test('a second one is refused while one is under way, and says which and for how long', async () => {
  let now = 1_000_000;
  const operations = new Operations('2m2s', { ...systemClock, now: () => now });
  const { opened, open } = gate();
  const first = operations.run('up', 'alone', () => opened);
  now += 7_000;
  expect(await errorOf(operations.run('restart', 'alone', async () => {}))).toMatchObject({
    code: 'CLUSTER_BUSY',
    text: { what: '`restart` cannot begin on cluster 2m2s', why: '`up` has been under way there for 7 s' },
  });
  open();
  await first;
  expect(await operations.run('restart', 'alone', async () => 'done')).toBe('done');
});

test('starts go side by side, and with nothing else', async () => {
  const operations = new Operations('2m2s', systemClock);
  const { opened, open } = gate();
  const starts = [operations.run('start', 'shared', () => opened), operations.run('start', 'shared', () => opened)];
  expect((await errorOf(operations.run('up', 'alone', async () => {})))?.code).toBe('CLUSTER_BUSY');
  open();
  await Promise.all(starts);
  const { opened: again, open: openAgain } = gate();
  const up = operations.run('up', 'alone', () => again);
  expect((await errorOf(operations.run('start', 'shared', async () => {})))?.code).toBe('CLUSTER_BUSY');
  openAgain();
  await up;
});

test('down ends what is under way, begins when that has ended, and tells it why', async () => {
  const operations = new Operations('2m2s', systemClock);
  const order: string[] = [];
  const up = errorOf(operations.run('up', 'alone', (signal) => untilAborted(signal).finally(() => order.push('up ended'))));
  await operations.run('down', 'takes-over', async () => void order.push('down began'));
  expect(order).toEqual(['up ended', 'down began']);
  expect(await up).toMatchObject({
    code: 'INTERRUPTED',
    text: { what: '`up` of 2m2s was interrupted', why: '`down` was started during it' },
  });
});

test('two downs at once: the second takes over the first, nothing hangs', async () => {
  const operations = new Operations('2m2s', systemClock);
  const first = errorOf(operations.run('down', 'takes-over', untilAborted));
  expect(await operations.run('down', 'takes-over', async () => 'down')).toBe('down');
  expect((await first)?.code).toBe('INTERRUPTED');
});

test('what failed is under way no more', async () => {
  const operations = new Operations('2m2s', systemClock);
  expect((await errorOf(operations.run('up', 'alone', () => Promise.reject(new Error('no')))))?.message).toBe('no');
  expect(operations.current).toBeUndefined();
  expect(
    await errorOf(
      operations.run('up', 'alone', () => {
        throw new Error('at once');
      }),
    ),
  ).toMatchObject({ message: 'at once' });
  expect(operations.current).toBeUndefined();
});
