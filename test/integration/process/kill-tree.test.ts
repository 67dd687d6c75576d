import { afterEach, expect, test, vi } from 'vitest';
import { killTree } from '../../../src/process/kill-tree.js';
import { eventually, platform, usePrograms } from './programs.js';

const programs = usePrograms();
afterEach(() => vi.unstubAllEnvs());

const spawnChild = (detached: boolean) =>
  `child_process.spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', process.argv[1]], { detached: ${detached}, stdio: 'ignore' }).unref();`;

async function untilLive(count: number): Promise<void> {
  await eventually(async () => expect(await programs().live()).toHaveLength(count));
}

test('children that left the group are found while the process lives', async () => {
  const running = await programs().launch(`${spawnChild(true)} setInterval(() => {}, 1000)`);
  await untilLive(2);
  await running.killTree();
  expect(await running.exited).toMatchObject({ signal: 'SIGKILL' });
  await programs().noneLeft();
});

test('a stopped process is killed too', async () => {
  const running = await programs().launch(`${spawnChild(false)} setInterval(() => {}, 1000)`);
  await untilLive(2);
  running.signal('SIGSTOP');
  await running.killTree();
  await programs().noneLeft();
});

test('children do not outlive the process, whoever asked for its end', async () => {
  const running = await programs().launch(`${spawnChild(false)} setTimeout(() => process.exit(3), 300)`);
  await untilLive(2);
  expect(await running.exited).toMatchObject({ code: 3 });
  await programs().noneLeft();
});

test('without ps, which slim containers lack, children that left the group are found all the same', async () => {
  const running = await programs().launch(`${spawnChild(process.platform === 'linux')} setInterval(() => {}, 1000)`);
  await untilLive(2);
  vi.stubEnv('PATH', programs().folder);
  await running.killTree();
  await programs().noneLeft();
});

test('where the system gives no process table, as to a daemon out of file descriptors, the group is killed', async () => {
  const running = await programs().launch(`${spawnChild(false)} setInterval(() => {}, 1000)`);
  await untilLive(2);
  const noTable = vi
    .spyOn(platform, 'processTable')
    .mockRejectedValueOnce(Object.assign(new Error('too many open files'), { code: 'EMFILE' }));
  await killTree(running.identity, platform);
  expect(noTable).toHaveBeenCalled();
  noTable.mockRestore();
  expect(await running.exited).toMatchObject({ signal: 'SIGKILL' });
  await programs().noneLeft();
});

test('an end is reported also where the system could not be asked who holds the pid now', async () => {
  const running = await programs().launch('setTimeout(() => process.exit(3), 300)');
  const unaskable = vi.spyOn(platform, 'startTimeSync').mockImplementation(() => {
    throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
  });
  try {
    expect(await running.exited).toMatchObject({ code: 3 });
  } finally {
    unaskable.mockRestore();
  }
});

test('killing twice is no error', async () => {
  const running = await programs().launch('setInterval(() => {}, 1000)');
  await Promise.all([running.killTree(), running.killTree()]);
  await running.killTree();
  expect(await running.exited).toMatchObject({ signal: 'SIGKILL' });
});
