import { deflateSync, inflateSync } from 'node:zlib';

/** A message as a broker stores and delivers it. Times are ms since the epoch. */
export type StoredMessage = {
  readonly topic: string;
  readonly queueId: number;
  /** Position in the queue, from 0, in messages. */
  readonly queueOffset: number;
  /** Position in the commitlog, in bytes. */
  readonly physOffset: number;
  /** Uncompressed, unless `compression` says otherwise. */
  readonly body: Buffer;
  /** How `body` is still compressed, if it cannot be decompressed here: lz4, zstd. */
  readonly compression: string | undefined;
  readonly tags: string | undefined;
  /** Separated by spaces if there are several. */
  readonly keys: string | undefined;
  readonly properties: Readonly<Record<string, string>>;
  readonly bornTimestamp: number;
  readonly storeTimestamp: number;
  /** The producer's address, as the broker saw it: `host:port`. */
  readonly bornHost: string;
  /** The address of the broker that stored it: `host:port`. */
  readonly storeHost: string;
  /** Store host and physOffset in hex, upper case: the `msgId` that the send returned; the same on master and slave. */
  readonly msgId: string;
};

/** Magic number of a record to the width of its topic length, in bytes. Source: common/.../message/MessageVersion.java. */
const TOPIC_LENGTH_BYTES: ReadonlyMap<number, 1 | 2> = new Map([
  [-626843481, 1],
  [-626843477, 2],
]);

/** Source: common/.../sysflag/MessageSysFlag.java. */
const SysFlag = { COMPRESSED: 1, BORNHOST_V6: 1 << 4, STOREHOST_V6: 1 << 5, COMPRESSION_TYPE: 7 << 8 } as const;

/** Value of sysFlag bits 8 to 10 to compression; 0 is what 4.x writes. Source: common/.../compression/CompressionType.java. */
const COMPRESSIONS: ReadonlyMap<number, string> = new Map([
  [0, 'zlib'],
  [1, 'lz4'],
  [2, 'zstd'],
  [3, 'zlib'],
]);

/** Names of properties. Source: common/.../message/MessageConst.java. */
export const MessageProperty = { TAGS: 'TAGS', KEYS: 'KEYS', DELAY: 'DELAY', UNIQ_KEY: 'UNIQ_KEY' } as const;

const NAME_VALUE_SEPARATOR = '\x01';
const PROPERTY_SEPARATOR = '\x02';

/** Source: common/.../message/MessageDecoder.java `messageProperties2String`. */
export function encodeProperties(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}${NAME_VALUE_SEPARATOR}${value}${PROPERTY_SEPARATOR}`)
    .join('');
}

/** Drops properties without a name or a value, as RocketMQ does. Source: common/.../message/MessageDecoder.java `string2messageProperties`. */
export function decodeProperties(text: string): Record<string, string> {
  const entries = text.split(PROPERTY_SEPARATOR).map((property): [string, string] => {
    const separator = property.indexOf(NAME_VALUE_SEPARATOR);
    return [property.slice(0, Math.max(separator, 0)), property.slice(separator + 1)];
  });
  return Object.fromEntries(entries.filter(([name, value]) => name && value));
}

/**
 * @returns the records of `bytes` (the body of a pull, a piece of a commitlog), in order.
 * @throws Error if a record is cut, has an unknown magic number, or a body that does not match its flags.
 */
export function decodeMessages(bytes: Buffer): StoredMessage[] {
  const messages: StoredMessage[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = at + 4 <= bytes.length ? bytes.readInt32BE(at) : 0;
    if (size <= 8 || at + size > bytes.length) {
      throw new Error(`stored message at byte ${at} has size ${size}, but ${bytes.length - at} bytes are left`);
    }
    messages.push(decodeMessage(bytes.subarray(at, at + size), at));
    at += size;
  }
  return messages;
}

/** Source of the layout: common/.../message/MessageDecoder.java `decode`. */
function decodeMessage(record: Buffer, at: number): StoredMessage {
  const magic = record.readInt32BE(4);
  const topicLengthBytes = TOPIC_LENGTH_BYTES.get(magic);
  if (topicLengthBytes === undefined) throw new Error(`stored message at byte ${at} has the unknown magic number ${magic}`);
  const sysFlag = record.readInt32BE(36);
  const bornHostBytes = sysFlag & SysFlag.BORNHOST_V6 ? 20 : 8;
  const storeHostBytes = sysFlag & SysFlag.STOREHOST_V6 ? 20 : 8;
  const storeTimestampAt = 48 + bornHostBytes;
  const storeHostAt = storeTimestampAt + 8;
  // reconsumeTimes (4) and preparedTransactionOffset (8) are between the store host and the body.
  const bodyAt = storeHostAt + storeHostBytes + 12 + 4;
  const topicLengthAt = bodyAt + record.readInt32BE(bodyAt - 4);
  const topicAt = topicLengthAt + topicLengthBytes;
  const propertiesAt = topicAt + record.readUIntBE(topicLengthAt, topicLengthBytes) + 2;
  const propertiesEnd = propertiesAt + record.readUInt16BE(propertiesAt - 2);
  const properties = decodeProperties(record.toString('utf8', propertiesAt, propertiesEnd));
  return {
    topic: record.toString('utf8', topicAt, propertiesAt - 2),
    queueId: record.readInt32BE(12),
    queueOffset: Number(record.readBigInt64BE(20)),
    physOffset: Number(record.readBigInt64BE(28)),
    ...uncompress(record.subarray(bodyAt, topicLengthAt), sysFlag, at),
    tags: properties[MessageProperty.TAGS],
    keys: properties[MessageProperty.KEYS],
    properties,
    bornTimestamp: Number(record.readBigInt64BE(40)),
    storeTimestamp: Number(record.readBigInt64BE(storeTimestampAt)),
    bornHost: hostAt(record, 48, bornHostBytes),
    storeHost: hostAt(record, storeHostAt, storeHostBytes),
    msgId: Buffer.concat([record.subarray(storeHostAt, storeHostAt + storeHostBytes), record.subarray(28, 36)])
      .toString('hex')
      .toUpperCase(),
  };
}

/** `bytes`: 4 or 16 of the address, then 4 of the port. */
function hostAt(record: Buffer, at: number, bytes: 8 | 20): string {
  const port = record.readInt32BE(at + bytes - 4);
  const address = record.subarray(at, at + bytes - 4);
  if (bytes === 8) return `${address.join('.')}:${port}`;
  const groups = Array.from({ length: 8 }, (_, index) => address.readUInt16BE(2 * index).toString(16));
  return `[${groups.join(':')}]:${port}`;
}

function uncompress(body: Buffer, sysFlag: number, at: number): Pick<StoredMessage, 'body' | 'compression'> {
  if ((sysFlag & SysFlag.COMPRESSED) === 0 || body.length === 0) return { body, compression: undefined };
  const type = (sysFlag & SysFlag.COMPRESSION_TYPE) >> 8;
  const compression = COMPRESSIONS.get(type) ?? `type ${type}`;
  if (compression !== 'zlib') return { body, compression };
  try {
    return { body: inflateSync(body), compression: undefined };
  } catch (error) {
    throw new Error(`stored message at byte ${at} says that its body is zlib, but it is not`, { cause: error });
  }
}

/** Source: client/.../producer/DefaultMQProducer.java `compressMsgBodyOverHowmuch`. */
const COMPRESS_FROM_BYTES = 4_096;
/** Source: client/.../impl/producer/DefaultMQProducerImpl.java `zipCompressLevel`. */
const COMPRESSION_LEVEL = 5;

/**
 * @returns the body as a RocketMQ producer sends it, and its sysFlag. Without the bits of a compression type, which only 5.x knows:
 * every consumer reads such a body as zlib.
 */
export function compressBody(body: Buffer): { body: Buffer; sysFlag: number } {
  if (body.length < COMPRESS_FROM_BYTES) return { body, sysFlag: 0 };
  return { body: deflateSync(body, { level: COMPRESSION_LEVEL }), sysFlag: SysFlag.COMPRESSED };
}
