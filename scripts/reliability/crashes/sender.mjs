/** A client that sends numbered messages at a steady rate, and the ledger of what it was told about each. */

import { sendMessage } from '../../../dist/remoting/broker-api.js';
import { RemotingClient } from '../../../dist/remoting/client.js';
import { getTopicRoute } from '../../../dist/remoting/namesrv-api.js';
import { ResponseError } from '../../../dist/remoting/response.js';
import { bodyOf } from './body.mjs';

const TICK_MS = 10;
const ROUTE_EVERY_MS = 1_000;
const ROUTE_AGAIN_MS = 100;
const ROUTE_TIMEOUT_MS = 1_000;
/** Longer than a SYNC_MASTER holds a send back for a slave that does not answer (5 s). */
const SEND_TIMEOUT_MS = 10_000;
/** As RocketMQ's own producer: the first try and two more, on another broker where there is one. */
const TRIES = 3;
const MAX_OPEN = 4_000;

/**
 * What became of a number, the best of what its tries were told:
 * acknowledged: an answer with code 0. stored: 10, 11 or 12, kept by the master and promised to nobody.
 * unknown: no answer came for at least one try. refused: every try was answered with an error, or never left.
 * @typedef {{ outcome: 'acknowledged' | 'stored' | 'unknown' | 'refused', tries: Try[] }} Entry
 * @typedef {{ brokerName: string, told: string, atMs: number, queueId?: number, queueOffset?: number }} Try
 */

export class Sender {
  /** @type {Entry[]} by number */
  ledger = [];
  /** brokerName → when its last acknowledgement came, ms since the epoch. */
  lastAcknowledged = new Map();
  /** The longest time in which nothing was acknowledged by anybody. */
  longestSilenceMs = 0;
  /** Numbers that were not sent at their time, because too many sends were open. */
  heldBack = 0;
  /** The connection broke, or no answer came in time. */
  triesWithoutAnswer = 0;
  #client = new RemotingClient();
  #namesrvs;
  #topic;
  #perSecond;
  #bodyBytes;
  #masters = [];
  #routeAt = 0;
  #asking;
  #open = new Set();
  #stopped = false;
  #lastAnyMs = Date.now();
  #loop;

  /** @param {{ namesrvs: string[], topic: string, perSecond: number, bodyBytes: number }} options */
  constructor({ namesrvs, topic, perSecond, bodyBytes }) {
    this.#namesrvs = namesrvs;
    this.#topic = topic;
    this.#perSecond = perSecond;
    this.#bodyBytes = bodyBytes;
  }

  start() {
    this.#lastAnyMs = Date.now();
    this.#loop = this.#run();
  }

  /** Sends `count` messages at once, beside the steady ones. */
  burst(count) {
    for (let sent = 0; sent < count; sent += 1) this.#begin(this.ledger.length);
  }

  /** Ends sending and waits for the answers that are still to come. */
  async stop() {
    this.#stopped = true;
    await this.#loop;
    await Promise.all(this.#open);
    this.#client[Symbol.dispose]();
  }

  async #run() {
    const since = performance.now();
    let taken = 0;
    while (!this.#stopped) {
      void this.#refresh(ROUTE_EVERY_MS);
      const due = Math.floor(((performance.now() - since) / 1_000) * this.#perSecond);
      for (; taken < due; taken += 1) {
        if (this.#open.size < MAX_OPEN) this.#begin(this.ledger.length);
        else this.heldBack += 1;
      }
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  }

  #begin(number) {
    const entry = { outcome: 'refused', tries: [] };
    this.ledger[number] = entry;
    const sending = this.#send(number, entry).finally(() => this.#open.delete(sending));
    this.#open.add(sending);
  }

  async #send(number, entry) {
    let last;
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (this.#masters.length === 0) await this.#refresh(ROUTE_AGAIN_MS);
      const others = this.#masters.filter(({ brokerName }) => brokerName !== last);
      const candidates = others.length > 0 ? others : this.#masters;
      if (candidates.length === 0) {
        entry.tries.push({ brokerName: '', told: 'no route', atMs: Date.now() });
        continue;
      }
      const target = candidates[number % candidates.length];
      last = target.brokerName;
      const outcome = await this.#try(number, target, Math.floor(number / candidates.length) % target.queues, entry);
      if (outcome === 'acknowledged' || outcome === 'stored') {
        entry.outcome = outcome;
        return;
      }
      if (outcome === 'unknown') entry.outcome = 'unknown';
      await this.#refresh(ROUTE_AGAIN_MS);
    }
  }

  async #try(number, { brokerName, address }, queueId, entry) {
    const message = { topic: this.#topic, queueId, body: bodyOf(number, this.#bodyBytes), producerGroup: 'ledger' };
    const note = (told, more) => entry.tries.push({ brokerName, told, atMs: Date.now(), ...more });
    try {
      const sent = await sendMessage(this.#client, address, message, AbortSignal.timeout(SEND_TIMEOUT_MS));
      note(`code ${sent.code}`, { queueId: sent.queueId, queueOffset: sent.queueOffset });
      if (sent.code !== 0) return 'stored';
      this.#noteAcknowledged(brokerName);
      return 'acknowledged';
    } catch (error) {
      note(error.message);
      const isRefused = error instanceof ResponseError || error.code === 'ECONNREFUSED';
      if (isRefused) return 'refused';
      this.triesWithoutAnswer += 1;
      return 'unknown';
    }
  }

  #noteAcknowledged(brokerName) {
    const now = Date.now();
    this.longestSilenceMs = Math.max(this.longestSilenceMs, now - this.#lastAnyMs);
    this.#lastAnyMs = now;
    this.lastAcknowledged.set(brokerName, now);
  }

  /** Asks the first NameServer that answers, as a client would. Keeps the last route where none does. */
  #refresh(afterMs) {
    if (Date.now() - this.#routeAt < afterMs) return Promise.resolve();
    this.#asking ??= this.#askRoute().finally(() => {
      this.#routeAt = Date.now();
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #askRoute() {
    for (const namesrv of this.#namesrvs) {
      const route = await getTopicRoute(this.#client, namesrv, this.#topic, AbortSignal.timeout(ROUTE_TIMEOUT_MS)).catch(() => undefined);
      if (route === undefined) continue;
      const masters = route.queueDatas.flatMap(({ brokerName, perm, writeQueueNums }) => {
        const address = route.brokerDatas.find((data) => data.brokerName === brokerName)?.brokerAddrs.get(0);
        return address && (perm & 2) !== 0 ? [{ brokerName, address, queues: writeQueueNums }] : [];
      });
      if (masters.length === 0) continue;
      this.#masters = masters.sort((a, b) => a.brokerName.localeCompare(b.brokerName));
      return;
    }
  }
}
