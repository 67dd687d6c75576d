import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How the fake misbehaves. Each key may stand in FAKE_JVM (`key=value;key;…`, for every process below) or as a property of the
 * `-c` file (for that node), which wins.
 *
 * exitAtBoot=N             exits with N before it listens
 * exitOn=SIGNAL:N          exits with N when it gets this signal, as a crash does: nothing is cleaned up
 * ignoreSigterm            only SIGKILL ends it
 * mute                     accepts connections and requests, answers none
 * slowBootMs=MS            listens MS later
 * slowStopMs=MS            leaves MS after SIGTERM
 * fork                     leaves a process of its own in its process group, its pid in <user.home>/fork.pid
 * floodLinesPerSecond=N    prints N lines a second
 * stdoutAtBoot=TEXT        prints TEXT before it listens
 * crashFixture=FOLDER      writes what a real node wrote (test/fixtures/crashes) where that had written it, and ends as it ended
 * crashOn=SIGNAL           that only when it gets this signal
 * lazyRegister             a broker that registers only when its configuration is updated; one of 5.x that boots fast does so only after 10 s
 * archiveMs=MS             lists its classes where it is told to, so that an archive is made of them, which takes MS
 * clockAheadMs=MS          a broker whose clock is MS ahead
 * listsNothing             a dashboard whose API cannot list the brokers
 * forLaunches=N            all of the above only for the first N launches (as counted in launches.log)
 */
const ORDERS = [
  'exitAtBoot',
  'exitOn',
  'ignoreSigterm',
  'mute',
  'slowBootMs',
  'slowStopMs',
  'fork',
  'floodLinesPerSecond',
  'stdoutAtBoot',
  'crashFixture',
  'crashOn',
  'lazyRegister',
  'archiveMs',
  'clockAheadMs',
  'listsNothing',
  'forLaunches',
];

/**
 * @param {string | undefined} environment the value of FAKE_JVM
 * @param {Record<string, string>} properties of the `-c` file
 * @param {string} launchesLog
 * @returns {Partial<Record<string, string>>}
 */
export function readOrders(environment, properties, launchesLog) {
  const given = (environment ?? '').split(';').filter(Boolean);
  const fromEnvironment = given.map((order) => [
    order.split('=')[0].trim(),
    order.includes('=') ? order.slice(order.indexOf('=') + 1) : 'true',
  ]);
  const all = { ...Object.fromEntries(fromEnvironment), ...properties };
  const orders = Object.fromEntries(
    ORDERS.filter((name) => all[name] !== undefined && all[name] !== 'false').map((name) => [name, all[name]]),
  );
  const launches = readFileSync(launchesLog, 'utf8').split('\n').length - 1;
  return orders.forLaunches !== undefined && launches > Number(orders.forLaunches) ? {} : orders;
}

/**
 * Carries out the orders that concern the process as a whole; `slowBootMs` ends before this resolves.
 * @param {Partial<Record<string, string>>} orders
 * @param {string} userHome
 */
export async function obeyAtBoot(orders, userHome) {
  if (orders.stdoutAtBoot !== undefined) process.stdout.write(`${orders.stdoutAtBoot}\n`);
  if (orders.crashFixture !== undefined) {
    if (orders.crashOn === undefined) await crashLike(orders.crashFixture, userHome);
    else process.on(orders.crashOn, () => void crashLike(orders.crashFixture, userHome));
  }
  if (orders.exitAtBoot !== undefined) process.exit(Number(orders.exitAtBoot));
  if (orders.fork !== undefined) {
    // Ends by itself, so that a failed test leaves nothing for long.
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 120_000)'], { stdio: 'ignore' });
    child.unref();
    writeFileSync(join(userHome, 'fork.pid'), `${child.pid}\n`);
  }
  if (orders.exitOn !== undefined) {
    const [signal, code] = orders.exitOn.split(':');
    process.on(signal, () => process.exit(Number(code)));
  }
  if (orders.floodLinesPerSecond !== undefined) flood(Number(orders.floodLinesPerSecond));
  if (orders.slowBootMs !== undefined) await new Promise((resolve) => setTimeout(resolve, Number(orders.slowBootMs)));
}

/** Never resolves. */
async function crashLike(folder, userHome) {
  const logs = join(userHome, 'logs', 'rocketmqlogs');
  mkdirSync(logs, { recursive: true });
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.log'))) {
    const text = readFileSync(join(folder, name), 'utf8');
    if (name === 'stdout.log') await new Promise((resolve) => process.stdout.write(text, resolve));
    else if (name === 'hs_err.log') writeFileSync(join(userHome, `hs_err_pid${process.pid}.log`), text);
    else appendFileSync(join(name === 'gc.log' ? userHome : logs, name), text);
  }
  const { code, signal } = JSON.parse(readFileSync(join(folder, 'exit.json'), 'utf8'));
  if (signal === null) process.exit(code);
  process.kill(process.pid, signal);
  await new Promise(() => {});
}

function flood(linesPerSecond) {
  const since = Date.now();
  let printed = 0;
  setInterval(() => {
    const due = Math.floor(((Date.now() - since) / 1_000) * linesPerSecond);
    let lines = '';
    for (; printed < due; printed += 1) lines += `flood line ${printed}\n`;
    if (lines) process.stdout.write(lines);
  }, 20);
}
