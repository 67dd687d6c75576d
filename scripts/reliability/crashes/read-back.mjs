/** Reads every message back from every broker, and compares it with the ledger. */

import { getMaxOffset, getMinOffset, pullMessages } from '../../../dist/remoting/broker-api.js';
import { RemotingClient } from '../../../dist/remoting/client.js';
import { numberOf } from './body.mjs';
import { QUEUES, TOPIC, until } from './cluster.mjs';
import { MASTERS, slaveOf } from './schedule.mjs';

const ASK_TIMEOUT_MS = 15_000;
const MAX_MESSAGES = 32;
const EXAMPLES = 20;

/** What is missing at first is looked for once more: a consume queue is built after its commit log. */
export async function readAndCompare(cluster, ledger, say, masters = MASTERS) {
  const client = new RemotingClient();
  const readAll = async () => {
    const pairs = new Map();
    for (const master of masters) {
      const [onMaster, onSlave] = await Promise.all(
        [master, slaveOf(master)].map((id) => readCopy(client, cluster.address(id), TOPIC, QUEUES)),
      );
      pairs.set(master, { master: onMaster, slave: onSlave });
    }
    return compare(ledger, pairs);
  };
  try {
    let compared = await readAll();
    if (compared.lost > 0) {
      say(`${compared.lost} acknowledged messages were not found; reading once more`);
      const lostAtFirst = compared.lost;
      await until(30_000, 'a second reading', async () => {
        compared = await readAll();
        return compared.lost === 0;
      }).catch(() => {});
      compared.lostAtFirstReading = lostAtFirst;
    }
    return compared;
  } finally {
    client[Symbol.dispose]();
  }
}

/**
 * @typedef {{ places: Map<number, string[]>, at: Map<string, number>, damaged: number, messages: number }} Copy
 * `places`: number → `queueId/queueOffset`, once for each copy of it; `at`: the reverse.
 * @returns {Promise<Copy>} what the broker at `address` holds of `topic`
 */
export async function readCopy(client, address, topic, queues) {
  const copy = { places: new Map(), at: new Map(), damaged: 0, messages: 0 };
  const reading = Array.from({ length: queues }, (_, queueId) => readQueue(client, address, { topic, queueId }, copy));
  await Promise.all(reading);
  return copy;
}

async function readQueue(client, address, queue, copy) {
  const ask = () => AbortSignal.timeout(ASK_TIMEOUT_MS);
  const end = await getMaxOffset(client, address, queue, ask());
  let offset = await getMinOffset(client, address, queue, ask());
  while (offset < end) {
    const pull = { ...queue, offset, maxMessages: MAX_MESSAGES, consumerGroup: 'ledger-reader' };
    const { messages, nextBeginOffset } = await pullMessages(client, address, pull, ask());
    for (const { body, queueId, queueOffset } of messages) note(copy, numberOf(body), `${queueId}/${queueOffset}`);
    // A hole in a queue is passed over by the broker; what lies in it then counts as missing.
    offset = Math.max(nextBeginOffset, offset + Math.max(messages.length, 1));
  }
}

function note(copy, number, place) {
  copy.messages += 1;
  if (number === undefined) {
    copy.damaged += 1;
    return;
  }
  copy.at.set(place, number);
  const places = copy.places.get(number);
  if (places) places.push(place);
  else copy.places.set(number, [place]);
}

/**
 * @param {import('./sender.mjs').Entry[]} ledger
 * @param {Map<string, { master: Copy, slave: Copy }>} pairs by brokerName
 */
export function compare(ledger, pairs) {
  const result = {
    acknowledged: 0,
    stored: 0,
    unknown: 0,
    refused: 0,
    lost: 0,
    lostOnMasterOnly: 0,
    lostOnSlaveOnly: 0,
    acknowledgedElsewhere: 0,
    duplicates: 0,
    unknownButStored: 0,
    refusedButStored: 0,
    storedMissingOnMaster: 0,
    storedMissingOnSlave: 0,
    neverSent: 0,
    damaged: 0,
    positionsThatDiffer: 0,
    examples: [],
  };
  const example = (what, number) => {
    if (result.examples.length < EXAMPLES) result.examples.push({ what, number, tries: ledger[number]?.tries });
  };
  for (const [number, { outcome, tries }] of ledger.entries()) {
    result[outcome] += 1;
    const copies = [...pairs.values()].reduce((sum, { master }) => sum + (master.places.get(number)?.length ?? 0), 0);
    if (copies > 1) result.duplicates += copies - 1;
    if (outcome === 'unknown' && copies > 0) result.unknownButStored += 1;
    if (outcome === 'refused' && copies > 0) {
      result.refusedButStored += 1;
      example('refused but stored', number);
    }
    if (outcome !== 'acknowledged' && outcome !== 'stored') continue;
    const { brokerName, queueId, queueOffset } = tries.at(-1);
    const { master, slave } = pairs.get(brokerName);
    const [onMaster, onSlave] = [master.places.get(number), slave.places.get(number)];
    if (outcome === 'stored') {
      if (!onMaster) result.storedMissingOnMaster += 1;
      if (!onSlave) result.storedMissingOnSlave += 1;
      continue;
    }
    if (!onMaster || !onSlave) {
      result.lost += 1;
      if (onSlave) result.lostOnMasterOnly += 1;
      if (onMaster) result.lostOnSlaveOnly += 1;
      example('acknowledged, missing', number);
    } else if (!onMaster.includes(`${queueId}/${queueOffset}`)) result.acknowledgedElsewhere += 1;
  }
  for (const { master, slave } of pairs.values()) {
    result.damaged += master.damaged + slave.damaged;
    for (const place of new Set([...master.at.keys(), ...slave.at.keys()])) {
      if (master.at.get(place) !== slave.at.get(place)) result.positionsThatDiffer += 1;
    }
    for (const number of new Set([...master.places.keys(), ...slave.places.keys()])) if (!ledger[number]) result.neverSent += 1;
  }
  return result;
}
