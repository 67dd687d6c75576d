import { constants } from 'node:os';
import { RmqdevError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';

/** @returns the signal that `name` means: `SIGKILL`, `kill`, `9`. @throws RmqdevError USAGE */
export function parseSignal(name: string): NodeJS.Signals {
  const names = Object.keys(constants.signals);
  const upper = name.toUpperCase();
  const found = /^\d+$/.test(name)
    ? Object.entries(constants.signals).find(([, number]) => number === Number(name))?.[0]
    : names.find((signal) => signal === upper || signal === `SIG${upper}`);
  if (found) return found as NodeJS.Signals;
  // Without SIG: it would make every signal similar, even a number.
  const near = nearest(
    upper.replace(/^SIG/, ''),
    names.map((signal) => signal.slice('SIG'.length)),
  );
  throw new RmqdevError('USAGE', {
    what: `"${name}" is not a signal`,
    why: 'this system has no signal of that name or number',
    next: near ? `Did you mean --signal SIG${near}?` : 'Usual ones are SIGKILL, SIGTERM, SIGQUIT (a thread dump) and SIGABRT',
  });
}
