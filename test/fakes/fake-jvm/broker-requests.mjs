import { formatProperties } from './java-arguments.mjs';

const SUCCESS = { code: 0 };
const VERSION = { brokerVersion: '493', brokerVersionDesc: 'V5_4_0' };
/** Bits of a topic's perm. */
const READ = 4;
const WRITE = 2;

const json = (value) => Buffer.from(JSON.stringify(value));

/** Fields of SEND_MESSAGE, from the one letter that SEND_MESSAGE_V2 calls each. */
const fromV2 = ({ b: topic, d: defaultTopicQueueNums, e: queueId, g: bornTimestamp, i: properties }) => ({
  topic,
  defaultTopicQueueNums,
  queueId,
  bornTimestamp,
  properties,
});

/** Offsets and settings of consumer groups, as far as they are asked for. */
class Groups {
  /** `topic@group` to queueId to offset. */
  offsets = {};
  settings = {};

  commit({ topic, consumerGroup, queueId, commitOffset }) {
    const key = `${topic}@${consumerGroup}`;
    this.offsets[key] = { ...this.offsets[key], [queueId]: Number(commitOffset) };
  }

  remove(group) {
    delete this.settings[group];
    for (const key of Object.keys(this.offsets)) if (key.endsWith(`@${group}`)) delete this.offsets[key];
  }

  of(topic) {
    return Object.keys(this.offsets).flatMap((key) => (key.startsWith(`${topic}@`) ? [key.slice(topic.length + 1)] : []));
  }
}

/**
 * What the fake broker answers, by request code.
 * @returns {Record<number, (request: import('./wire.mjs').Command) => import('./wire.mjs').Command | Promise<import('./wire.mjs').Command>>}
 */
export function brokerHandlers({ config, store, topics, replication, isSlave, clockAheadMs = 0, updateConfig }) {
  const bootTimestamp = Date.now();
  const groups = new Groups();

  /** The code of a stored message: of a SYNC_MASTER it waits for a slave. */
  const replicated = async () => {
    if (config.brokerRole !== 'SYNC_MASTER' || config.inSyncReplicas === '1') return 0;
    if (replication.slaveCount === 0 && config.inSyncReplicas !== '2') return 11;
    return (await replication.acknowledged(store.maxOffset, Number(config.slaveTimeout))) ? 0 : 12;
  };

  const send = async (fields, body) => {
    if (isSlave) return { code: 14, remark: 'service not available now, maybe disk full, or messages are put to the slave' };
    const topic = await topics.getOrCreate(fields.topic, Number(fields.defaultTopicQueueNums));
    if (topic === undefined) return { code: 17, remark: `topic[${fields.topic}] not exist, apply first please!` };
    if ((topic.perm & WRITE) === 0) return { code: 16, remark: `the broker[${config.brokerIP1}] sending message is forbidden` };
    const queueId = Number(fields.queueId);
    if (queueId >= topic.writeQueueNums) return { code: 1, remark: `request queueId[${queueId}] is illegal, ${fields.topic}` };
    const line = store.put({
      topic: fields.topic,
      queueId,
      body,
      properties: fields.properties ?? '',
      bornTimestamp: Number(fields.bornTimestamp),
    });
    replication.send(line);
    const extFields = { msgId: store.msgId(line.physOffset), queueId: String(queueId), queueOffset: String(line.queueOffset) };
    return { code: await replicated(), extFields };
  };

  const pull = ({ topic, queueId, queueOffset, maxMsgNums }) => {
    const known = topics.get(topic);
    if (known === undefined) return { code: 17, remark: `topic[${topic}] not exist, apply first please!` };
    if ((known.perm & READ) === 0) return { code: 16, remark: `the topic[${topic}] pulling message is forbidden` };
    const from = Number(queueOffset);
    const maxOffset = store.queueLength(topic, Number(queueId));
    const records = store.read(topic, Number(queueId), from, Number(maxMsgNums));
    const code = records.length > 0 ? 0 : from > maxOffset ? 21 : 19;
    const nextBeginOffset = code === 21 ? maxOffset : from + records.length;
    const extFields = { suggestWhichBrokerId: '0', nextBeginOffset: String(nextBeginOffset), minOffset: '0', maxOffset: String(maxOffset) };
    return {
      code,
      remark: { 0: 'FOUND', 19: 'OFFSET_OVERFLOW_ONE', 21: 'OFFSET_OVERFLOW_BADLY' }[code],
      extFields,
      body: Buffer.concat(records),
    };
  };

  const runtimeTable = () => ({
    ...VERSION,
    bootTimestamp: String(bootTimestamp + clockAheadMs),
    runtime: `[ 0 days, 0 hours, 0 minutes, ${Math.floor((Date.now() - bootTimestamp) / 1_000)} seconds ]`,
    putTps: '0.0 0.0 0.0',
    getTotalTps: '0.0 0.0 0.0',
    msgPutTotalTodayNow: '0',
    commitLogDiskRatio: '0.1',
    consumeQueueDiskRatio: '0.1',
    commitLogMinOffset: '0',
    commitLogMaxOffset: String(store.maxOffset),
    dispatchBehindBytes: '0',
    pageCacheLockTimeMills: '0',
    sendThreadPoolQueueSize: '0',
    pullThreadPoolQueueSize: '0',
  });

  return {
    10: ({ extFields, body }) => send(extFields, body),
    11: ({ extFields }) => pull(extFields),
    15: ({ extFields }) => {
      groups.commit(extFields);
      return SUCCESS;
    },
    17: async ({ extFields: { topic, readQueueNums, writeQueueNums, perm, order } }) => {
      await topics.create({
        topicName: topic,
        readQueueNums: Number(readQueueNums),
        writeQueueNums: Number(writeQueueNums),
        perm: Number(perm),
        order: order === 'true',
      });
      return SUCCESS;
    },
    21: () => ({ code: 0, body: json({ topicConfigTable: topics.toJSON(), dataVersion: { counter: 1, timestamp: bootTimestamp } }) }),
    25: async ({ body }) => {
      await updateConfig(body.toString());
      return SUCCESS;
    },
    26: () => ({ code: 0, body: Buffer.from(formatProperties(config)) }),
    28: () => ({ code: 0, body: json({ table: runtimeTable() }) }),
    29: ({ extFields: { topic, queueId, timestamp } }) => ({
      code: 0,
      extFields: { offset: String(store.offsetSince(topic, Number(queueId), Number(timestamp))) },
    }),
    30: ({ extFields: { topic, queueId } }) => ({ code: 0, extFields: { offset: String(store.queueLength(topic, Number(queueId))) } }),
    31: () => ({ code: 0, extFields: { offset: '0' } }),
    // As fastjson writes it: queue ids are bare keys.
    43: () => ({ code: 0, body: Buffer.from(JSON.stringify({ offsetTable: groups.offsets }).replace(/"(\d+)":/g, '$1:')) }),
    200: ({ body }) => {
      const group = JSON.parse(body.toString());
      groups.settings[group.groupName] = group;
      return SUCCESS;
    },
    201: () => ({ code: 0, body: json({ subscriptionGroupTable: groups.settings }) }),
    203: () => ({ code: 206, remark: 'the consumer group is not online' }),
    207: ({ extFields }) => {
      groups.remove(extFields.groupName);
      return SUCCESS;
    },
    215: async ({ extFields }) => {
      await topics.remove(extFields.topic);
      return SUCCESS;
    },
    300: ({ extFields }) => ({ code: 0, body: json({ groupList: groups.of(extFields.topic) }) }),
    310: ({ extFields, body }) => send(fromV2(extFields), body),
    907: () => ({ code: 0, body: json(replication.status()) }),
  };
}
