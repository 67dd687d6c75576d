import { parseDurationMs } from '../base/units.js';
import { usage } from './usage.js';

const TIME_OF_DAY = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;
const ISO_DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}.*))?$/;

/** @returns a point in time, in ms since the epoch: `5m` ago, `12:30[:05]` today, or an ISO date, both in local time. @throws RmqdevError USAGE */
export function parsePointInTime(option: string, text: string, now = new Date()): number {
  const agoMs = parseDurationMs(text);
  if (agoMs !== undefined) return now.getTime() - agoMs;
  const clock = TIME_OF_DAY.exec(text);
  if (clock) return new Date(now).setHours(Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0), 0);
  // Date.parse alone would read `broker-1` as a date, and the 30th of February as the 2nd of March.
  const [, day, rest] = ISO_DATE.exec(text) ?? [];
  const at = Date.parse(`${day}T${rest ?? '00:00'}`);
  if (!Number.isNaN(at) && new Date(`${day}T00:00Z`).toISOString().startsWith(String(day))) return at;
  throw usage(`${option} ${text} cannot be read`, 'it is not a point in time', 'Write 5m (ago), 12:30, or 2026-11-20T12:30:00');
}
