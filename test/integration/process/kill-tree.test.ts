import { afterEach, expect, test, vi } from 'vitest';
import { canTreeKill } from '../../../src/process/kill-tree.js';
import { eventually, usePrograms } from './programs.js';

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

test('without ps the group is killed all the same', async () => {
  const running = await programs().launch(`${spawnChild(false)} setInterval(() => {}, 1000)`);
  await untilLive(2);
  vi.stubEnv('PATH', programs().folder);
  expect(await canTreeKill()).toBe(false);
  await running.killTree();
  await programs().noneLeft();
});

test('killing twice is no error', async () => {
  const running = await programs().launch('setInterval(() => {}, 1000)');
  await Promise.all([running.killTree(), running.killTree()]);
  await running.killTree();
  expect(await running.exited).toMatchObject({ signal: 'SIGKILL' });
});
