import { vi } from 'vitest';
import { getMaxOffset, pullMessages, sendMessage } from '../../../src/remoting/broker-api.js';
import type { RemotingClient } from '../../../src/remoting/client.js';
import { ResponseCode } from '../../../src/remoting/codes.js';

/** What an application would do, over the remoting protocol; addresses are `host:listenPort`. */

/** Catches a hang. */
const TIMEOUT_MS = 60_000;
/** How many sends are on their way at once. */
const PIPELINE = 32;
/** What a broker gives out in one answer at most. */
const PULL_MESSAGES = 32;

export type Topic = { name: string; queues: number };

/** Sends each of `bodies` to `address`, over all queues in turn. @returns the code of each answer; 0 is stored, on the slave too. */
export async function sendAll(client: RemotingClient, address: string, topic: Topic, bodies: readonly string[]): Promise<number[]> {
  const codes: number[] = [];
  for (let at = 0; at < bodies.length; at += PIPELINE) {
    const sent = await Promise.all(
      bodies.slice(at, at + PIPELINE).map((body, index) => {
        const queueId = (at + index) % topic.queues;
        const message = { topic: topic.name, queueId, body: Buffer.from(body), producerGroup: 'e2e-producer' };
        return sendMessage(client, address, message, AbortSignal.timeout(TIMEOUT_MS));
      }),
    );
    codes.push(...sent.map(({ code }) => code));
  }
  return codes;
}

/** @returns the bodies of all that `address` gives out of a topic, sorted, once it gives out `count` or more. */
export async function readAll(client: RemotingClient, address: string, topic: Topic, count: number): Promise<string[]> {
  const queues = [...Array(topic.queues).keys()];
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  // What a slave has stored can be read only once its consume queue has caught up.
  await vi.waitUntil(
    async () => {
      const ends = await Promise.all(queues.map((queueId) => getMaxOffset(client, address, { topic: topic.name, queueId }, signal)));
      return ends.reduce((sum, end) => sum + end, 0) >= count;
    },
    { timeout: TIMEOUT_MS },
  );
  const read = await Promise.all(queues.map((queueId) => readQueue(client, address, topic.name, queueId, signal)));
  return read.flat().sort();
}

async function readQueue(client: RemotingClient, address: string, topic: string, queueId: number, signal: AbortSignal): Promise<string[]> {
  const bodies: string[] = [];
  for (let offset = 0; ; ) {
    const request = { topic, queueId, offset, maxMessages: PULL_MESSAGES, consumerGroup: 'e2e-consumer' };
    const pulled = await pullMessages(client, address, request, signal);
    if (pulled.code !== ResponseCode.SUCCESS) return bodies;
    bodies.push(...pulled.messages.map(({ body }) => body.toString()));
    offset = pulled.nextBeginOffset;
  }
}
