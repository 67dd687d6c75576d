/** What is asked of both sides alike, from outside, over RocketMQ's own protocol. */

import { systemClock } from '../../dist/base/clock.js';
import { currentPlatform } from '../../dist/process/current-platform.js';
import { getMaxOffset, sendMessage } from '../../dist/remoting/broker-api.js';
import { RemotingClient } from '../../dist/remoting/client.js';
import { getTopicRoute } from '../../dist/remoting/namesrv-api.js';

const ASK_EVERY_MS = 50;
const ASK_TIMEOUT_MS = 1_000;
/** A SYNC_MASTER holds a send back for 5 s where its slave does not answer. */
const SEND_TIMEOUT_MS = 10_000;

/**
 * @typedef {{ id: string, role: string, port: number, brokerName: string | null, brokerId: number | null }} Node
 */

/**
 * The nodes of a plan, as `rmqdev up --json` prints it.
 * @param {{ nodes: { id: string, role: string, ports: { listen: number } }[] }} plan
 * @returns {Node[]}
 */
export function nodesOf(plan) {
  return plan.nodes.map(({ id, role, ports }) => {
    const isBroker = role !== 'namesrv';
    const isSlave = role === 'SLAVE';
    return {
      id,
      role,
      port: ports.listen,
      brokerName: isBroker ? id.replace(/-s$/, '') : null,
      brokerId: isBroker ? Number(isSlave) : null,
    };
  });
}

/**
 * Resolves once every broker is routed under its id on every NameServer.
 * @param {import('../../dist/remoting/client.js').RemotingClient} client
 * @param {Node[]} nodes
 * @param {AbortSignal} signal
 */
export async function untilRegistered(client, nodes, signal) {
  const namesrvs = nodes.filter(({ role }) => role === 'namesrv');
  const brokers = nodes.filter(({ brokerName }) => brokerName !== null);
  await Promise.all(
    namesrvs.flatMap((namesrv) =>
      brokers.map((broker) =>
        until(signal, ASK_TIMEOUT_MS, async (ask) => {
          const route = await getTopicRoute(client, addressOf(namesrv), broker.brokerName, ask);
          const addresses = route?.brokerDatas.find(({ brokerName }) => brokerName === broker.brokerName)?.brokerAddrs;
          // Stock brokers register the address of a network card.
          return addresses?.get(broker.brokerId)?.endsWith(`:${broker.port}`);
        }),
      ),
    ),
  );
}

/**
 * Resolves once a send to each master was answered with 0 and its slave, if it has one, holds what was sent.
 * @param {import('../../dist/remoting/client.js').RemotingClient} client
 * @param {Node[]} nodes
 * @param {AbortSignal} signal
 */
export async function untilWritable(client, nodes, signal) {
  await Promise.all(
    nodes
      .filter(({ brokerId }) => brokerId === 0)
      .map(async (master) => {
        const slave = nodes.find(({ brokerName, brokerId }) => brokerName === master.brokerName && brokerId !== 0);
        const queue = { topic: master.brokerName, queueId: 0 };
        let sent;
        await until(signal, SEND_TIMEOUT_MS, async (ask) => {
          sent = await sendMessage(client, addressOf(master), { ...queue, body: Buffer.from('bench'), producerGroup: 'bench' }, ask);
          return sent.code === 0;
        });
        if (slave === undefined) return;
        await until(signal, ASK_TIMEOUT_MS, async (ask) => (await getMaxOffset(client, addressOf(slave), queue, ask)) > sent.queueOffset);
      }),
  );
}

/** @returns the pids of the JVMs whose command line contains `text`. */
export async function jvmsWith(text) {
  const rows = await currentPlatform().processTable();
  return rows.filter(({ command }) => /^\S*\/java /.test(command) && command.includes(text)).map(({ pid }) => pid);
}

/**
 * Measures a start from outside: `start` begins it, calls `watch` once it knows the nodes, and waits for both.
 * @param {(watch: (nodes: Node[]) => Promise<void>) => Promise<void>} start
 * @param {AbortSignal} signal
 * @returns {Promise<{ registeredMs: number, writableMs: number, doneMs: number }>} ms since the call; `doneMs`: until `start` returned.
 */
export async function timedStart(start, signal) {
  const client = new RemotingClient();
  // If `start` fails, nobody goes on asking.
  const ended = new AbortController();
  const asking = AbortSignal.any([signal, ended.signal]);
  const result = {};
  const since = performance.now();
  const passed = () => performance.now() - since;
  try {
    await start(async (nodes) => {
      await untilRegistered(client, nodes, asking);
      result.registeredMs = passed();
      await untilWritable(client, nodes, asking);
      result.writableMs = passed();
    });
    return { ...result, doneMs: passed() };
  } finally {
    ended.abort();
    client[Symbol.dispose]();
  }
}

/** Resolves once `condition` holds; a question that fails is asked again. */
export async function until(signal, timeoutMs, condition) {
  for (;;) {
    signal.throwIfAborted();
    const deadline = systemClock.deadline(timeoutMs, signal);
    const holds = await condition(deadline.signal).catch(() => false);
    deadline[Symbol.dispose]();
    if (holds) return;
    await systemClock.sleep(ASK_EVERY_MS, signal);
  }
}

const addressOf = ({ port }) => `127.0.0.1:${port}`;
