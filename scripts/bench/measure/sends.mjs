/** See rows/sends.mjs. */

import { setMaxListeners } from 'node:events';
import { createTopic, sendMessage } from '../../../dist/remoting/broker-api.js';
import { RemotingClient } from '../../../dist/remoting/client.js';
import { cpuMs, hasProc, memoryOf, processesWith } from '../processes.mjs';
import { timedUp } from './cluster.mjs';

const TOPIC = 'Bench';
const QUEUES = 8;
const BODY = Buffer.alloc(1_024, 'x');
/** Senders that each wait for their answer before they send again. */
const SENDERS = 32;
/** C2 compiles what is used often: before that, `throughput` is no faster. */
const WARM_UP_MS = 8_000;
const MEASURE_MS = 5_000;

/** @returns the session of the family. */
export async function openSends(bench, release) {
  const { signal, workspace } = bench;
  const sides = {};
  const clusters = [];
  for (const startup of ['fast', 'throughput']) {
    const cluster = await workspace.cluster({ release, profile: 'single', set: [`startup=${startup}`] }, signal);
    await workspace.withArchives(cluster, timedUp, signal);
    clusters.push(cluster);
    sides[startup] = (signal) => measure(cluster, signal);
  }
  return { sides, endRound: () => clusters[0].end() };
}

async function measure(cluster, signal) {
  const { nodes, doneMs } = await timedUp(cluster, signal);
  const broker = nodes.find(({ brokerId }) => brokerId === 0);
  const address = `127.0.0.1:${broker.port}`;
  const [pid] = processesWith(`${cluster.nodeFolder(broker.id)}\0`);
  const pids = [pid];
  const client = new RemotingClient();
  try {
    await createTopic(client, address, { topic: TOPIC, readQueueNums: QUEUES, writeQueueNums: QUEUES }, signal);
    await send(client, address, WARM_UP_MS, signal);
    const before = hasProc ? cpuMs(pids) : undefined;
    const perSecond = await send(client, address, MEASURE_MS, signal);
    const used = hasProc ? { cpuMs: (cpuMs(pids) - before) / ((perSecond * MEASURE_MS) / 1_000), rssBytes: memoryOf(pids).rssBytes } : {};
    return { perSecond, upMs: doneMs, ...used };
  } finally {
    client[Symbol.dispose]();
    await cluster.end();
  }
}

/** @returns {number} messages per second that the broker stored. */
async function send(client, address, forMs, signal) {
  // Each sender listens for the end of the round.
  setMaxListeners(0, signal);
  const ends = performance.now() + forMs;
  let stored = 0;
  const sender = async (_, index) => {
    while (performance.now() < ends) {
      const message = { topic: TOPIC, queueId: index % QUEUES, body: BODY, producerGroup: 'bench' };
      const { code } = await sendMessage(client, address, message, signal);
      if (code !== 0) throw new Error(`the broker answered ${code} to a send`);
      stored += 1;
    }
  };
  const since = performance.now();
  await Promise.all(Array.from({ length: SENDERS }, sender));
  return stored / ((performance.now() - since) / 1_000);
}
