import { join } from 'node:path';
import { inject } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { acquireFileLock } from '../../../src/base/file-lock.js';

/** Real clusters at the same time: one waits for elections and slaves while the other starts its JVMs. */
const LANES = ['lane-1', 'lane-2'];
const POLL_MS = 200;

/** Waits until a lane is free, before the tests of a file are collected, and keeps it: the lock falls with the process of this file. */
async function takeLane(): Promise<void> {
  for (;;) {
    for (const lane of LANES) if (await acquireFileLock(join(inject('releasesFolder'), lane), { wait: false })) return;
    await systemClock.sleep(POLL_MS);
  }
}

await takeLane();
