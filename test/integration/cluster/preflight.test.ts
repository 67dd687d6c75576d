import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireFileLock } from '../../../src/base/file-lock.js';
import type { Plan } from '../../../src/contract/events.js';
import { expectFailure, type Harness, useHarness } from '../../support/harness.js';
import { breakConfig, makeCommitLog, snapshotOf } from '../../support/store-files.js';

const harness = useHarness();

/** A cluster that ran and was taken down. @returns the store of its broker */
async function stoppedCluster(h: Harness): Promise<string> {
  await h.up('single');
  expect((await h.run('down')).code).toBe(0);
  return h.home.cluster('single').node('broker-a').store;
}

/** `up` must refuse, start nothing and write nothing below the cluster's folder. */
async function expectRefusal(
  h: Harness,
  exitCode: number,
  error: { code: string; [part: string]: unknown },
  ...args: string[]
): Promise<void> {
  const { root } = h.home.cluster('single');
  const before = snapshotOf(root);
  const launches = h.launches('single');
  expectFailure(await h.run(...h.upArgs('single', ...args), '--json'), exitCode, error);
  expect(h.launches('single')).toEqual(launches);
  expect(await h.jvms()).toEqual([]);
  expect(snapshotOf(root)).toEqual(before);
}

test('a commit log of another size than the plan says is refused before anything starts; with its own size it starts', async () => {
  const h = harness();
  const store = await stoppedCluster(h);
  makeCommitLog(store, 1_048_576);
  const error = { code: 'STORE_INCOMPATIBLE', next: expect.stringContaining('--set broker-a.properties.mappedFileSizeCommitLog=1048576') };
  await expectRefusal(h, 30, error);
  expectFailure(await h.run(...h.upArgs('single', '--dry-run'), '--json'), 30, error);
  await h.up('single', '--set', 'broker-a.properties.mappedFileSizeCommitLog=1048576');
});

test('a running broker is not restarted on a store that it could not load any more', async () => {
  const h = harness();
  await h.up('single');
  makeCommitLog(h.home.cluster('single').node('broker-a').store, 67_108_864);
  const before = await h.pids();
  const smaller = ['--set', 'broker-a.properties.mappedFileSizeCommitLog=1048576'];
  expectFailure(await h.run(...h.upArgs('single', ...smaller), '--json'), 30, { code: 'STORE_INCOMPATIBLE' });
  expect(await h.pids()).toEqual(before);
});

test('topics.json and its copy broken: refused, with the commands that mend it; without a copy a notice, also with --dry-run', async () => {
  const h = harness();
  const store = await stoppedCluster(h);
  breakConfig(store, 'topics.json', true);
  const file = join(store, 'config', 'topics.json');
  await expectRefusal(h, 38, { code: 'STORE_DAMAGED', next: expect.stringContaining(`mv ${file}{,.broken}; mv ${file}.bak{,.broken}`) });

  breakConfig(store, 'topics.json', false);
  const { json } = await h.run(...h.upArgs('single', '--dry-run', '--json'));
  expect((json as Plan).notices).toContainEqual(expect.stringMatching(/^broker-a would forget its topics: /));
});

test('a store whose lock another process holds is refused, and the process named', async () => {
  const h = harness();
  const store = await stoppedCluster(h);
  const lock = await acquireFileLock(join(store, 'lock'), { wait: true });
  try {
    await expectRefusal(h, 29, {
      code: 'STORE_IN_USE',
      why: expect.stringContaining(`pid ${process.pid} `),
      next: `End it: \`kill ${process.pid}\``,
    });
  } finally {
    await lock[Symbol.asyncDispose]();
  }
  await h.up('single');
});
