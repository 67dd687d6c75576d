import { expect, test } from 'vitest';
import type { RmqdevError } from '../../../src/base/errors.js';
import { parseSignal } from '../../../src/daemon/signals.js';

test.each([
  ['SIGKILL', 'SIGKILL'],
  ['kill', 'SIGKILL'],
  ['9', 'SIGKILL'],
  ['sigterm', 'SIGTERM'],
  ['15', 'SIGTERM'],
  ['QUIT', 'SIGQUIT'],
  ['3', 'SIGQUIT'],
])('%s is %s', (name, signal) => {
  expect(parseSignal(name)).toBe(signal);
});

test.each([
  ['SIGKIL', 'Did you mean --signal SIGKILL?'],
  ['trem', 'Did you mean --signal SIGTERM?'],
  ['99', 'Usual ones are'],
  ['0', 'Usual ones are'],
  ['', 'Usual ones are'],
  ['-9', 'Usual ones are'],
])('%j is none', (name, next) => {
  expect(() => parseSignal(name)).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      text: expect.objectContaining({ what: `"${name}" is not a signal`, next: expect.stringContaining(next) }),
    }) as RmqdevError,
  );
});
