import { closeSync, existsSync, openSync, readFileSync, readlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { until } from '../../support/until.js';
import { IDLE, platform, usePrograms } from './programs.js';

const programs = usePrograms();

test('an exit code arrives with its time', async () => {
  const before = Date.now();
  const running = await programs().launch('process.exit(253)');
  const exit = await running.exited;
  expect(exit).toEqual({ at: expect.any(Number), code: 253, signal: null, adopted: false });
  expect(exit.at).toBeGreaterThanOrEqual(before);
  expect(await running.signal('SIGTERM')).toBe(false);
});

test('a process that ends at once still has an identity and an exit', async () => {
  const running = await programs().launcher.launch(programs().shell('exit 7'));
  expect(running.identity).toEqual({ pid: expect.any(Number), startTime: expect.any(String) });
  expect(await running.exited).toMatchObject({ code: 7, signal: null });
});

test('a signal reaches the process itself and is its exit', async () => {
  const running = await programs().launch(IDLE);
  expect(await running.signal('SIGTERM')).toBe(true);
  expect(await running.exited).toMatchObject({ code: null, signal: 'SIGTERM' });
});

test('SIGSTOP holds it and SIGCONT lets it go on', async () => {
  const running = await programs().launch(
    'process.on("SIGUSR2", () => console.log("heard")); setInterval(() => {}, 1000); console.log("up")',
  );
  await programs().outputOf(/up/);
  await running.signal('SIGSTOP');
  await running.signal('SIGUSR2');
  const other = await programs().launch('console.log("other")');
  await other.exited;
  expect(programs().output()).not.toContain('heard');
  await running.signal('SIGCONT');
  await programs().outputOf(/heard/);
  await running.killTree();
});

test('stdout and stderr of all launches go to one file, which can be emptied under a running process', async () => {
  const first = await programs().launch('console.log("first out"); console.error("first err")');
  await first.exited;
  const second = await programs().launch(
    'process.on("SIGUSR2", () => console.log("again")); setInterval(() => {}, 1000); console.log("second out")',
  );
  await programs().outputOf(/second out/);
  expect(programs().output()).toBe('first out\nfirst err\nsecond out\n');
  truncateSync(programs().outputFile);
  await second.signal('SIGUSR2');
  await programs().outputOf(/again/);
  expect(programs().output()).toBe('again\n');
  await second.killTree();
});

test('the process writes to the file itself, leads its own group and does not keep us alive', async () => {
  const script =
    'const { ino } = fs.fstatSync(1); console.log(JSON.stringify([ino === fs.statSync("stdout.log").ino, fs.fstatSync(0).isFIFO()])); setInterval(() => {}, 1000)';
  const running = await programs().launch(script);
  expect(JSON.parse(await programs().outputOf(/\[.*\]/))).toEqual([true, false]);
  expect(process.getActiveResourcesInfo()).not.toContain('ProcessWrap');
  expect(process.kill(-running.identity.pid, 0)).toBe(true);
  await running.killTree();
});

test('nothing of our environment leaks in', async () => {
  vi.stubEnv('NAMESRV_ADDR', '10.0.0.1:9876');
  const env = { ROCKETMQ_HOME: '/opt/rocketmq', LANG: 'C' };
  const running = await programs().launcher.launch(programs().node('console.log(JSON.stringify(process.env))', { env }));
  await running.exited;
  vi.unstubAllEnvs();
  // macOS adds __CF_USER_TEXT_ENCODING to every process.
  const { __CF_USER_TEXT_ENCODING: _, ...seen } = JSON.parse(programs().output());
  expect(seen).toEqual(env);
});

test('a missing or unusable executable is JAVA_NOT_FOUND and names it', async () => {
  const missing = join(programs().folder, 'jdk/bin/java');
  await expect(programs().launcher.launch(programs().node('', { command: missing }))).rejects.toMatchObject({
    code: 'JAVA_NOT_FOUND',
    message: expect.stringContaining(`${missing} cannot be run: there is no such file (ENOENT)`),
  });
  const forbidden = join(programs().folder, 'java');
  closeSync(openSync(forbidden, 'w', 0o644));
  await expect(programs().launcher.launch(programs().node('', { command: forbidden }))).rejects.toMatchObject({
    code: 'JAVA_NOT_FOUND',
    message: expect.stringContaining('not executable for this user (EACCES)'),
  });
});

test('a missing working directory is not taken for a missing java', async () => {
  const cwd = join(programs().folder, 'nodes/broker-a');
  await expect(programs().launcher.launch(programs().node('', { cwd }))).rejects.toMatchObject({
    code: 'NODE_FAILED',
    message: expect.stringContaining(`its working directory ${cwd} does not exist`),
  });
});

test('an output file that cannot be opened starts nothing', async () => {
  writeFileSync(join(programs().folder, 'file'), '');
  const outputFile = join(programs().folder, 'file/stdout.log');
  await expect(programs().launcher.launch(programs().node(IDLE, { outputFile }))).rejects.toMatchObject({ code: 'NODE_FAILED' });
  expect(await programs().live()).toEqual([]);
});

test('a process whose start the system does not tell is ended: nobody could know it again', async () => {
  const unaskable = vi
    .spyOn(platform, 'startTime')
    .mockRejectedValueOnce(Object.assign(new Error('too many open files'), { code: 'EMFILE' }));
  await expect(programs().launch(IDLE)).rejects.toMatchObject({
    code: 'NODE_FAILED',
    message: expect.stringContaining('ended right after its start'),
  });
  expect(unaskable).toHaveBeenCalledOnce();
  unaskable.mockRestore();
  await programs().noneLeft();
});

test('a released process runs on and its end is not told any more', async () => {
  const running = await programs().launch(IDLE);
  const told = vi.fn();
  void running.exited.then(told);
  running.release();
  expect(await running.signal('SIGKILL')).toBe(true);
  await until(async () => expect(await programs().live()).toEqual([]));
  expect(told).not.toHaveBeenCalled();
});

const ownSlack = () => readFileSync(`/proc/${basename(readlinkSync('/proc/thread-self'))}/timerslack_ns`, 'utf8').trim();

test.runIf(existsSync('/proc/self/timerslack_ns'))(
  'the timers of all its threads may be as late as the launch says; ours are as before',
  async () => {
    const ours = ownSlack();
    const script = `
    const read = 'require("fs").readFileSync("/proc/" + require("path").basename(require("fs").readlinkSync("/proc/thread-self")) + "/timerslack_ns", "utf8").trim()';
    console.log(eval(read));
    new (require('node:worker_threads').Worker)('console.log(' + read + ')', { eval: true });`;
    const running = await programs().launcher.launch(programs().node(script, { timerSlackNs: 7_000_000 }));
    await running.exited;
    expect(programs().output()).toBe('7000000\n7000000\n');
    expect(ownSlack()).toBe(ours);
  },
);
