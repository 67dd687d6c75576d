import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ topic: string, queueId: number, queueOffset: number, physOffset: number, record: string }} Line
 * One message as a line of messages.ndjson and as replication sends it; `record` is what a pull delivers, in base64.
 */

/** In a record. */
const STORE_TIMESTAMP_AT = 56;

const long = (value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
};
const ints = (...values) => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => {
    bytes.writeInt32BE(value, 4 * index);
  });
  return bytes;
};

/** Messages in memory and in `<root>/messages.ndjson`; `abort` exists from the start to a clean stop. */
export class FakeStore {
  /** Queues by `topic/queueId`, each a list of records. */
  #queues = new Map();
  #lines = [];
  #file;
  #abort;
  #host;
  maxOffset = 0;
  lastShutdownWasClean;

  /** @param {string} root @param {string} address host:port that records carry as their store host */
  constructor(root, address) {
    mkdirSync(root, { recursive: true });
    this.#file = join(root, 'messages.ndjson');
    this.#abort = join(root, 'abort');
    const [ip, port] = address.split(':');
    this.#host = Buffer.concat([Buffer.from(ip.split('.').map(Number)), ints(Number(port))]);
    this.lastShutdownWasClean = !existsSync(this.#abort);
    writeFileSync(this.#abort, '');
    this.#recover();
  }

  close() {
    rmSync(this.#abort, { force: true });
  }

  /** @returns {Line} */
  put({ topic, queueId, body, properties, bornTimestamp }) {
    const queueOffset = this.queueLength(topic, queueId);
    const physOffset = this.maxOffset;
    const topicBytes = Buffer.from(topic);
    const propertyBytes = Buffer.from(properties);
    const rest = Buffer.concat([
      ints(-626843481, 0, queueId, 0),
      long(queueOffset),
      long(physOffset),
      ints(0),
      long(bornTimestamp),
      this.#host,
      long(Date.now()),
      this.#host,
      ints(0),
      long(0),
      ints(body.length),
      body,
      Buffer.of(topicBytes.length),
      topicBytes,
      Buffer.of(propertyBytes.length >> 8, propertyBytes.length & 0xff),
      propertyBytes,
    ]);
    const record = Buffer.concat([ints(4 + rest.length), rest]).toString('base64');
    const line = { topic, queueId, queueOffset, physOffset, record };
    this.append(line);
    return line;
  }

  /** @param {Line} line the next one: of this store's own, or of its master's */
  append(line) {
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
    this.#index(line);
  }

  msgId(physOffset) {
    return Buffer.concat([this.#host, long(physOffset)])
      .toString('hex')
      .toUpperCase();
  }

  queueLength(topic, queueId) {
    return this.#queues.get(`${topic}/${queueId}`)?.length ?? 0;
  }

  /** @returns the first offset stored at `timestamp` or later; where all are older, the last one, as RocketMQ does */
  offsetSince(topic, queueId, timestamp) {
    const queue = this.#queues.get(`${topic}/${queueId}`) ?? [];
    const found = queue.findIndex((record) => Number(record.readBigInt64BE(STORE_TIMESTAMP_AT)) >= timestamp);
    return found >= 0 ? found : Math.max(0, queue.length - 1);
  }

  /** @returns {Buffer[]} */
  read(topic, queueId, from, count) {
    return (this.#queues.get(`${topic}/${queueId}`) ?? []).slice(from, from + count);
  }

  /** @returns {Line[]} */
  linesFrom(physOffset) {
    return this.#lines.filter((line) => line.physOffset >= physOffset);
  }

  #index(line) {
    const key = `${line.topic}/${line.queueId}`;
    const record = Buffer.from(line.record, 'base64');
    if (!this.#queues.has(key)) this.#queues.set(key, []);
    this.#queues.get(key).push(record);
    this.#lines.push(line);
    this.maxOffset = line.physOffset + record.length;
  }

  /** A kill may have cut the last line: what follows the last whole one goes. */
  #recover() {
    if (!existsSync(this.#file)) return;
    const text = readFileSync(this.#file, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    truncateSync(this.#file, Buffer.byteLength(whole));
    for (const line of whole.split('\n').filter(Boolean)) this.#index(JSON.parse(line));
  }
}
