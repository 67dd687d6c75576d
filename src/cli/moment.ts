import { parseDurationMs } from '../base/units.js';
import { usage } from './options.js';

/** @returns a point in time, in ms since the epoch: `5m` ago, `12:30[:05]` today, or an ISO date. @throws RmqdevError USAGE */
export function parseMoment(option: string, text: string, now = new Date()): number {
  const agoMs = parseDurationMs(text);
  if (agoMs !== undefined) return now.getTime() - agoMs;
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (clock) return new Date(now).setHours(Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0), 0);
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  throw usage(`${option} ${text} cannot be read`, 'it is no point in time', 'Write 5m (ago), 12:30, or 2026-11-20T12:30:00');
}
