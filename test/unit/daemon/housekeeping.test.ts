import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test, vi } from 'vitest';
import { fileLogger } from '../../../src/base/logger.js';
import { keepHouse } from '../../../src/daemon/housekeeping.js';
import { FakeWorld } from '../../fakes/world.js';

const LINE = `${JSON.stringify({ level: 30, msg: 'x'.repeat(1_000) })}\n`;
const TOO_LONG = LINE.repeat(17 * 1_024);

test('the daemon’s log and the consoles of its nodes are cut when they have grown too long, from the start on', async () => {
  await using fake = new FakeWorld();
  const cluster = fake.cluster();
  const { daemonLog } = fake.world.home;
  const consoles = cluster.specs.map((spec) => spec.paths.stdout);
  for (const file of [daemonLog, ...consoles]) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, TOO_LONG);
  }
  const log = fileLogger(daemonLog);
  const stop = keepHouse(fake.world, { all: [{ cluster }] as never });
  try {
    for (const file of [daemonLog, ...consoles]) {
      await vi.waitFor(() => expect(statSync(file).size).toBeLessThan(LINE.length), { timeout: 20_000 });
      const kept = readFileSync(`${file}.1`, 'utf8');
      expect(kept.length).toBeGreaterThan(1_024 * 1_024);
      expect(kept.replaceAll(LINE, '')).toBe('');
    }
    log.info({}, 'goes on');
    expect(JSON.parse(readFileSync(daemonLog, 'utf8'))).toMatchObject({ msg: 'goes on' });
  } finally {
    stop();
  }
});
