import { afterAll, expect, test, vi } from 'vitest';
import type { RmqdevError } from '../../../src/base/errors.js';
import { parsePointInTime } from '../../../src/cli/point-in-time.js';

// Far from UTC, so that local time and UTC cannot be mixed up.
vi.stubEnv('TZ', 'America/New_York');
afterAll(() => void vi.unstubAllEnvs());
const now = new Date(2026, 10, 20, 15, 45, 30, 500);
const local = (...parts: [number, number, number, number?, number?, number?]) => new Date(...(parts as [number, number, number])).getTime();

test.each([
  ['5m', now.getTime() - 300_000],
  ['500ms', now.getTime() - 500],
  ['30', now.getTime() - 30_000],
  ['12:30', new Date(2026, 10, 20, 12, 30).getTime()],
  ['9:05:07', new Date(2026, 10, 20, 9, 5, 7).getTime()],
  ['00:00', local(2026, 10, 20)],
  ['2026-11-19', local(2026, 10, 19)],
  ['2026-11-19T23:30', new Date(2026, 10, 19, 23, 30).getTime()],
  ['2026-11-19 23:30:05', new Date(2026, 10, 19, 23, 30, 5).getTime()],
  ['2026-11-19T23:30:05.250Z', Date.UTC(2026, 10, 19, 23, 30, 5, 250)],
  ['2026-11-19T23:30:05+08:00', Date.UTC(2026, 10, 19, 15, 30, 5)],
])('%s is a point in time, in local time unless it says otherwise', (text, at) => {
  expect(parsePointInTime('--since', text, now)).toBe(at);
});

test.each([
  'yesterday',
  'broker-1',
  'yesterday 5',
  '24:00',
  '12:60',
  '12:30:60',
  '25:99',
  '2026-13-01',
  '2026-02-30',
  '20.11.2026',
  '',
  '-5m',
  '121212:00',
])('%j is none, and the error says how to write one', (text) => {
  expect(() => parsePointInTime('--until', text, now)).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      text: {
        what: `--until ${text} cannot be read`,
        why: 'it is not a point in time',
        next: 'Write 5m (ago), 12:30, or 2026-11-20T12:30:00',
      },
    }) as RmqdevError,
  );
});
