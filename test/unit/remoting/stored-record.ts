/** A commitlog record as a broker writes it. Source: common/.../message/MessageDecoder.java `encode`. */
export type RecordFields = {
  topic: string;
  queueId: number;
  queueOffset: number;
  physOffset: number;
  body: Buffer;
  propertiesText: string;
  bornTimestamp: number;
  storeTimestamp: number;
  sysFlag: number;
  /** IPv4 (4 bytes) or IPv6 (16 bytes). */
  bornIp: Buffer;
  storeIp: Buffer;
  storePort: number;
  isV2: boolean;
};

const int = (value: number, bytes: 1 | 2 | 4): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntBE(value, 0, bytes);
  return buffer;
};

const long = (value: number): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(BigInt(value));
  return buffer;
};

export function encodeRecord(fields: RecordFields): Buffer {
  const topic = Buffer.from(fields.topic);
  const properties = Buffer.from(fields.propertiesText);
  const rest = Buffer.concat([
    int(fields.isV2 ? -626843477 : -626843481, 4),
    int(0, 4),
    int(fields.queueId, 4),
    int(0, 4),
    long(fields.queueOffset),
    long(fields.physOffset),
    int(fields.sysFlag, 4),
    long(fields.bornTimestamp),
    fields.bornIp,
    int(40_000, 4),
    long(fields.storeTimestamp),
    fields.storeIp,
    int(fields.storePort, 4),
    int(0, 4),
    long(0),
    int(fields.body.length, 4),
    fields.body,
    int(topic.length, fields.isV2 ? 2 : 1),
    topic,
    int(properties.length, 2),
    properties,
  ]);
  return Buffer.concat([int(4 + rest.length, 4), rest]);
}
