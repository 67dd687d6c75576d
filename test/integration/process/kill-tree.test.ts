import { expect, test, vi } from 'vitest';
import type { RunningProcess } from '../../../src/base/process.js';
import { killTree } from '../../../src/process/kill-tree.js';
import { until } from '../../support/until.js';
import { IDLE, platform, usePrograms } from './programs.js';

const programs = usePrograms();

/** Until it is disposed of, nobody can say who has a pid, as in a daemon out of file descriptors. */
function unaskable(): Disposable & { count: () => number } {
  const spy = vi.spyOn(platform, 'startTime').mockRejectedValue(Object.assign(new Error('too many open files'), { code: 'EMFILE' }));
  return { count: () => spy.mock.calls.length, [Symbol.dispose]: () => spy.mockRestore() };
}

const spawnChild = (detached: boolean) =>
  `child_process.spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', process.argv[1]], { detached: ${detached}, stdio: 'ignore' }).unref();`;

async function untilLive(count: number): Promise<void> {
  await until(async () => expect(await programs().live()).toHaveLength(count));
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
  await running.signal('SIGSTOP');
  await running.killTree();
  await programs().noneLeft();
});

test('children do not outlive the process, whoever asked for its end', async () => {
  const running = await programs().launch(`process.on('SIGUSR2', () => process.exit(3)); ${spawnChild(false)} setInterval(() => {}, 1000)`);
  await untilLive(2);
  await running.signal('SIGUSR2');
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
  vi.stubEnv('PATH', programs().folder);
  const noTable = vi
    .spyOn(platform, 'processTable')
    .mockRejectedValueOnce(Object.assign(new Error('too many open files'), { code: 'EMFILE' }));
  await killTree(running.identity.pid, async () => 'ours', platform);
  expect(noTable).toHaveBeenCalled();
  noTable.mockRestore();
  expect(await running.exited).toMatchObject({ signal: 'SIGKILL' });
  await programs().noneLeft();
});

test('an end is reported also if the system cannot be asked who has the pid now', async () => {
  const running = await programs().launch(`process.on('SIGUSR2', () => process.exit(3)); ${IDLE}`);
  await programs().outputOf(/up/);
  using _ = unaskable();
  await running.signal('SIGUSR2');
  expect(await running.exited).toMatchObject({ code: 3 });
});

test('a child is signalled and killed without a question: its pid is its own until its parent has heard of its end', async () => {
  const running = await programs().launch(`${spawnChild(false)} setInterval(() => {}, 1000)`);
  await untilLive(2);
  {
    using _ = unaskable();
    expect(await running.signal('SIGSTOP')).toBe(true);
    await running.killTree();
    expect(await running.signal('SIGTERM')).toBe(false);
  }
  await programs().noneLeft();
});

test('an adopted process is killed once the system can be asked again, and until then no signal is sent', async () => {
  const child = await programs().launch(IDLE);
  const adopted = (await programs().launcher.adopt(child.identity)) as RunningProcess;
  let killed: Promise<void>;
  {
    using asked = unaskable();
    await expect(adopted.signal('SIGKILL')).rejects.toMatchObject({
      code: 'NODE_FAILED',
      message: `SIGKILL was not sent: the system does not tell which process has pid ${child.identity.pid} (EMFILE). Close programs or files of this user, then try again`,
    });
    killed = adopted.killTree();
    await until(() => expect(asked.count()).toBeGreaterThan(2));
    expect(await programs().live()).toEqual([child.identity.pid]);
  }
  await killed;
  await programs().noneLeft();
});

test('killing twice is no error', async () => {
  const running = await programs().launch('setInterval(() => {}, 1000)');
  await Promise.all([running.killTree(), running.killTree()]);
  await running.killTree();
  expect(await running.exited).toMatchObject({ signal: 'SIGKILL' });
});
