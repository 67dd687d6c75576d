import { isPortFree } from '../../dist/process/port-probe.js';
import { CLUSTER, CommandError } from './matrix-cli.mjs';

const TOPIC = 'Matrix';
const FIRST = 200;
const MORE = 50;
/** From one node's listenPort to the next: enough for each of its own. */
const STEP = 10;
const LAST_PORT = 32_000;
const MAX_WHY = 600;

/**
 * up → send → read → kill → send → start → read → down, as a user would type it.
 * @returns {Promise<{ outcome: 'passed' } | { outcome: 'failed' | 'cannot', why: string, step: string }>} `cannot`: rmqdev refused before
 * anything started, because the release has no such thing
 */
export async function runCell(cli, { profile, release, jdk }, firstPort) {
  let step = 'up';
  const expect = (isSo, what) => {
    if (!isSo) throw new Error(what);
  };
  try {
    // A proxy takes no messages of a topic that is not there.
    const settings = ['--set', `topics=[${TOPIC}]`, ...(await portsOf(cli, profile.name, firstPort))];
    const up = await cli.last('up', profile.name, '--rocketmq', release, '--java', jdk, '--from', 'maven', '--name', CLUSTER, ...settings);
    expect(up.state === 'ready', `the cluster is ${up.state}`);
    expect(up.rocketmq === release && String(up.java.version) === jdk, `it runs ${up.rocketmq} on JDK ${up.java.version}`);
    const through = clientOptions(await inSync(cli));

    step = 'send';
    let sent = await send(cli, { first: 0, count: FIRST, through });
    step = 'read';
    await read(cli, { sent, through }, expect);

    step = `kill ${profile.kill}`;
    const killed = await cli.items('kill', profile.kill);
    const { node } = killed.find(({ event }) => event === 'signalled');
    const verdict = killed.findLast(({ event }) => event === 'verdict');
    expect(!profile.after.includes('elected') || (verdict.promoted !== null && verdict.writable), `verdict ${JSON.stringify(verdict)}`);
    expect(!profile.after.includes('others') || verdict.writableOn.length > 0, `verdict ${JSON.stringify(verdict)}`);
    expect(!profile.after.includes('readable') || verdict.readableFrom !== null, `verdict ${JSON.stringify(verdict)}`);
    if (profile.after.length > 0) {
      step = `send while ${node} is down`;
      sent += await send(cli, { first: sent, count: MORE, through });
    }

    step = `start ${node}`;
    await cli.last('start', node);
    const whole = await inSync(cli);
    expect(
      whole.nodes.every(({ state }) => state === 'ready'),
      `not ready: ${whole.nodes.filter(({ state }) => state !== 'ready').map(({ id }) => id)}`,
    );
    step = `read after the return of ${node}`;
    await read(cli, { sent, through }, expect);
    if (profile.after.includes('elected')) {
      step = `read from ${node} itself`;
      await read(cli, { sent, through: ['--from-node', node] }, expect);
    }

    step = 'down';
    const { proof } = await cli.last('down');
    expect(/^no process left/.test(proof[0]) && /^no port left/.test(proof[1]), proof.join('; '));
    return { outcome: 'passed' };
  } catch (error) {
    const cannot = step === 'up' && error instanceof CommandError && error.code === 'UNSUPPORTED';
    return cannot
      ? { outcome: 'cannot', why: error.why }
      : { outcome: 'failed', step, why: error.message.replaceAll(/\s+/g, ' ').slice(0, MAX_WHY) };
  }
}

function inSync(cli) {
  return cli.last('wait', 'all', '--for', 'in-sync');
}

/** @returns what makes clients go through the cluster's proxy, where it has one. */
function clientOptions({ nodes }) {
  const proxy = nodes.find(({ role }) => role === 'proxy');
  return proxy ? ['--namesrv', `127.0.0.1:${proxy.ports.remoting}`] : [];
}

async function send(cli, { first, count, through }) {
  const { statuses } = await cli.last('send', TOPIC, '-n', String(count), '--body', `${first}-{n}`, ...through);
  if (statuses.SEND_OK !== count) throw new Error(`of ${count} messages not all were acknowledged: ${JSON.stringify(statuses)}`);
  return count;
}

/** Each message is read, and no acknowledged one is missing. */
async function read(cli, { sent, through }, expect) {
  const messages = (await cli.items('consume', TOPIC, ...through)).filter(({ body }) => body !== undefined);
  const distinct = new Set(messages.map(({ body }) => body)).size;
  expect(distinct === sent, `of ${sent} messages ${distinct} are read`);
}

/** @returns options that put each node where nothing else listens now. */
async function portsOf(cli, profile, firstPort) {
  const { nodes } = (await cli.last('profile', 'show', profile)).profile;
  let next = firstPort;
  const options = [];
  for (const { id } of nodes) {
    while (next + STEP < LAST_PORT && (await anyTaken(next))) next += STEP;
    options.push('--set', `${id}.listenPort=${next + 2}`);
    next += STEP;
  }
  return options;
}

async function anyTaken(first) {
  const free = await Promise.all(Array.from({ length: STEP }, (_, i) => isPortFree(first + i)));
  return free.includes(false);
}
