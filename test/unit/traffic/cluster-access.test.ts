import { expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import type { RemotingClient } from '../../../src/remoting/client.js';
import { type Access, ask } from '../../../src/traffic/cluster-access.js';

/** A node that never answers. */
const mute = (_client: RemotingClient, _address: string, signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

const access = (timeoutMs: number, signal = new AbortController().signal): Access => ({
  client: {} as RemotingClient,
  clock: systemClock,
  namesrvs: [],
  timeoutMs,
  signal,
});

test('a node that never answers costs the time-out, not more', async () => {
  await expect(ask(access(5), '127.0.0.1:1', mute)).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('Ctrl-C ends a question that is under way', async () => {
  const interrupt = new AbortController();
  const asked = ask(access(600_000, interrupt.signal), '127.0.0.1:1', mute);
  interrupt.abort(new Error('interrupted'));
  await expect(asked).rejects.toThrow('interrupted');
});

test('many questions at once are no leak of listeners', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => void warnings.push(warning);
  process.on('warning', note);
  const interrupt = new AbortController();
  const asked = Array.from({ length: 64 }, () => ask(access(600_000, interrupt.signal), '127.0.0.1:1', mute));
  interrupt.abort(new Error('interrupted'));
  await Promise.allSettled(asked);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);
  expect(warnings).toEqual([]);
});
