import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileLogger } from '../../../src/base/logger.js';

test('each line is a JSON object, on disk when the call returns, and a later daemon appends', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rmqdev-log-'));
  try {
    const file = join(folder, 'home', 'daemon.log');
    fileLogger(file).info({ nodeId: 'broker-a', state: 'ready' }, 'ready');
    fileLogger(file).error({ err: new Error('no space left on device') }, 'failed');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const [first, second] = lines.map((line) => JSON.parse(line) as object);
    expect(lines).toHaveLength(2);
    expect(first).toEqual({ level: 30, time: expect.stringMatching(/^\d{4}-.*Z$/), nodeId: 'broker-a', state: 'ready', msg: 'ready' });
    expect(second).toMatchObject({ level: 50, err: { message: 'no space left on device', stack: expect.stringContaining('at ') } });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

// Linux has a file that is always full.
if (existsSync('/dev/full')) {
  test('a full disk costs lines of the log, not the daemon', () => {
    const logger = fileLogger('/dev/full');
    expect(() => {
      for (let i = 0; i < 3; i += 1) logger.info({}, 'x');
    }).not.toThrow();
  });
}
