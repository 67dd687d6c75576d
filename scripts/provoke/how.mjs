// Ways to make a node fail, which several cases share.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getRuntimeInfo, sendMessage } from '../../dist/remoting/broker-api.js';
import { RemotingClient } from '../../dist/remoting/client.js';
import { hold } from './node.mjs';

export const javaFile = (name) => fileURLToPath(new URL(`${name}.java`, import.meta.url));

/** The releases of the failures that every release line must name. */
export const FOUR = ['4.7.0', '4.9.7', '5.3.3', '5.5.0'];
export const REGISTERED = /register broker.*to name server .* OK|Registering current broker to name server completed/;
export const NOT_JSON = '{"topicConfigTable":{"TopicA":{"perm":6,\n';

export async function send(address, topic, count, size = 100) {
  const client = new RemotingClient();
  try {
    for (let i = 0; i < count; i += 1) {
      const message = { topic, queueId: i % 4, body: Buffer.alloc(size, 'x'), producerGroup: 'provoke' };
      await sendMessage(client, address, message, AbortSignal.timeout(10_000));
    }
  } finally {
    client[Symbol.dispose]();
  }
}

/** The answer does not matter: in its first second a broker may say code 1. */
export async function runtimeInfo(node) {
  const client = new RemotingClient();
  await getRuntimeInfo(client, `127.0.0.1:${node.port}`, AbortSignal.timeout(10_000)).catch(() => {});
  client[Symbol.dispose]();
}

export const busy = (socket) => async (t) => {
  const node = t.broker();
  const held = await hold(node.ports[socket]);
  node.start();
  node.holders = [{ port: held.port, socket, pid: 4242, command: 'java' }];
  await node.end();
  await held.close();
  return node;
};

/** A node with these options, started and waited for until it ends by itself. */
export const fails =
  (role, options = {}) =>
  async (t) => {
    const node = t.node(role, typeof options === 'function' ? options(t) : options);
    node.start();
    await node.end();
    return node;
  };

export const corrupt = (name) => async (t) => {
  const node = t.broker();
  mkdirSync(join(node.store, 'config'), { recursive: true });
  writeFileSync(join(node.store, 'config', name), NOT_JSON);
  writeFileSync(join(node.store, 'config', `${name}.bak`), NOT_JSON);
  node.start();
  await node.end();
  return node;
};

/** Runs a broker, gives it messages, stops it; then `change`, and a second broker on the same store. */
export const onUsedStore =
  (change, options = {}) =>
  async (t) => {
    const first = t.broker({ id: 'before', ...options.before });
    first.start();
    await first.booted();
    await send(`127.0.0.1:${first.port}`, 'TopicA', 8);
    await first.kill(options.stopSignal ?? 'SIGTERM');
    await change(first.store, t);
    const node = t.broker({ ...options, store: first.store });
    node.start();
    if (options.runs) {
      await node.booted();
      await node.kill();
    } else await node.end();
    return node;
  };

/** A broker that runs until `done`, and is then ended with `signal`. */
export const runs =
  (role, options, done, signal = 'SIGTERM') =>
  async (t) => {
    const node = t.node(role, typeof options === 'function' ? options(t) : options);
    node.start();
    await done(node, t);
    await node.kill(signal);
    return node;
  };

export const seen = (log, pattern, timeoutMs) => (node) =>
  node.until(() => pattern.test(log === 'stdout' ? node.read() : node.log(log)), `${pattern} in ${log}`, timeoutMs);

export const mounted = async (t, name, options, run) => {
  const dir = join(t.dir, name);
  mkdirSync(dir, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir]);
  try {
    return await run(dir);
  } finally {
    execFileSync('umount', ['-l', dir]);
  }
};

export const asUser = (node) => {
  execFileSync('chown', ['-R', '12345', node.dir]);
  // May read what it likes, so that the release need not be readable by everybody.
  return ['setpriv', '--reuid', '12345', '--clear-groups', '--inh-caps', '+dac_read_search', '--ambient-caps', '+dac_read_search'];
};
export const shell = (limits) => ['sh', '-c', `${limits}; exec "$0" "$@"`];
export const oldest = (file, dir) => join(dir, readdirSync(join(dir, file)).length ? file : '', readdirSync(join(dir, file)).sort()[0]);

export function startClient(t, args) {
  const node = t.node(null, { id: 'client', main: javaFile('Client'), args });
  return node.start();
}

/** A client, whose lines its developer sees. */
export function client(args) {
  return async (t) => {
    const node = startClient(t, args(t));
    await node.end();
    return node;
  };
}

/** A NameServer and a broker that is registered, for `run`. */
export function withBroker(options, run) {
  return async (t) => {
    const namesrv = t.node('namesrv');
    namesrv.start();
    await namesrv.booted();
    const namesrvAddr = `127.0.0.1:${namesrv.port}`;
    const broker = t.broker({ ...options, properties: { namesrvAddr, ...options.properties } });
    broker.start();
    await broker.until(() => REGISTERED.test(broker.log('broker')), 'registered');
    const node = await run(t, namesrvAddr, broker);
    await broker.kill();
    await namesrv.kill();
    return node;
  };
}

export function without(prefix) {
  return (jars) => jars.filter((jar) => !basename(jar).startsWith(prefix) || !existsSync(jar));
}
