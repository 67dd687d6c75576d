import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compressBody, decodeMessages, decodeProperties, encodeProperties } from '../../../src/remoting/message-codec.js';
import { encodeRecord, type RecordFields } from './stored-record.js';

const COMPRESSED = 1;
const record = (fields: Partial<RecordFields> = {}): Buffer =>
  encodeRecord({
    topic: 'Test',
    queueId: 2,
    queueOffset: 5,
    physOffset: 1_234_567_890_123,
    body: Buffer.from('hello'),
    propertiesText: 'TAGS\x01TagA\x02KEYS\x01k1 k2\x02',
    bornTimestamp: 1_700_000_000_000,
    storeTimestamp: 1_700_000_000_005,
    sysFlag: 0,
    bornIp: Buffer.of(127, 0, 0, 1),
    storeIp: Buffer.of(127, 0, 0, 1),
    storePort: 10_911,
    isV2: false,
    ...fields,
  });

const port = fc.integer({ min: 1, max: 65_535 });
const offset = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const propertyText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const properties = fc.dictionary(propertyText, propertyText, { maxKeys: 5, noNullPrototype: true });

describe('stored messages', () => {
  test('a record decodes to what was sent, and its msgId names the store host and the commitlog offset', () => {
    expect(decodeMessages(record())).toEqual([
      {
        topic: 'Test',
        queueId: 2,
        queueOffset: 5,
        physOffset: 1_234_567_890_123,
        body: Buffer.from('hello'),
        compression: undefined,
        tags: 'TagA',
        keys: 'k1 k2',
        properties: { TAGS: 'TagA', KEYS: 'k1 k2' },
        bornTimestamp: 1_700_000_000_000,
        storeTimestamp: 1_700_000_000_005,
        bornHost: '127.0.0.1:40000',
        storeHost: '127.0.0.1:10911',
        msgId: '7F00000100002A9F0000011F71FB04CB',
      },
    ]);
  });

  test('records of both formats, with IPv4 and IPv6 hosts, plain and compressed, decode in order', () => {
    const fields = fc.record({
      topic: fc.string({ minLength: 1, maxLength: 127 }),
      queueId: fc.nat(),
      queueOffset: offset,
      physOffset: offset,
      text: fc.string(),
      properties,
      bornV6: fc.boolean(),
      storeV6: fc.boolean(),
      compression: fc.constantFrom('none', 'zlib 4.x', 'zlib 5.x'),
      storePort: port,
      isV2: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(fields, { maxLength: 5 }), (messages) => {
        const records = messages.map(({ text, bornV6, storeV6, compression, ...message }) =>
          record({
            ...message,
            body: compression === 'none' ? Buffer.from(text) : deflateSync(text),
            propertiesText: encodeProperties(message.properties),
            bornIp: Buffer.alloc(bornV6 ? 16 : 4, 1),
            storeIp: Buffer.alloc(storeV6 ? 16 : 4, 2),
            sysFlag:
              (bornV6 ? 16 : 0) |
              (storeV6 ? 32 : 0) |
              (compression === 'none' ? 0 : COMPRESSED) |
              (compression === 'zlib 5.x' ? 3 << 8 : 0),
          }),
        );
        const decoded = decodeMessages(Buffer.concat(records));
        expect(decoded).toMatchObject(
          messages.map(({ topic, queueId, queueOffset, physOffset, text, properties }) => ({
            topic,
            queueId,
            queueOffset,
            physOffset,
            body: Buffer.from(text),
            properties,
          })),
        );
        expect(decoded.map(({ msgId }) => msgId.length)).toEqual(messages.map(({ storeV6 }) => (storeV6 ? 56 : 32)));
      }),
    );
  });

  test('a V2 record may have a topic of more than 127 bytes', () => {
    const topic = 't'.repeat(300);
    expect(decodeMessages(record({ topic, isV2: true }))).toMatchObject([{ topic }]);
  });

  test.each([
    [1, 'lz4'],
    [2, 'zstd'],
    [5, 'type 5'],
  ])('a body of compression type %i stays as it is and says so: %s', (type, compression) => {
    expect(decodeMessages(record({ sysFlag: COMPRESSED | (type << 8) }))).toMatchObject([{ body: Buffer.from('hello'), compression }]);
  });

  test('a body that says it is zlib and is not fails and says where', () => {
    expect(() => decodeMessages(record({ sysFlag: COMPRESSED }))).toThrow('stored message at byte 0 says that its body is zlib');
  });

  test('a body from 4 KB on travels as zlib, and is read as it was', () => {
    expect(compressBody(Buffer.alloc(4_095))).toEqual({ body: Buffer.alloc(4_095), sysFlag: 0 });
    const { body, sysFlag } = compressBody(Buffer.alloc(4_096, 'x'));
    expect({ sysFlag, isSmaller: body.length < 100 }).toEqual({ sysFlag: COMPRESSED, isSmaller: true });
    expect(decodeMessages(record({ body, sysFlag }))).toMatchObject([{ body: Buffer.alloc(4_096, 'x') }]);
  });

  test('what is no record fails and says where', () => {
    const first = record();
    expect(() => decodeMessages(Buffer.concat([first, record().subarray(0, 50)]))).toThrow(
      `stored message at byte ${first.length} has size ${first.length}, but 50 bytes are left`,
    );
    const blank = Buffer.from(first);
    blank.writeInt32BE(-875286124, 4);
    expect(() => decodeMessages(blank)).toThrow('unknown magic number -875286124');
    expect(() => decodeMessages(Buffer.alloc(64))).toThrow('has size 0');
  });

  test('a batch without messages is empty', () => {
    expect(decodeMessages(Buffer.alloc(0))).toEqual([]);
  });
});

describe('properties text', () => {
  test('what was encoded decodes to the same', () => {
    fc.assert(
      fc.property(properties, (entries) => {
        expect(decodeProperties(encodeProperties(entries))).toEqual(entries);
      }),
    );
  });

  test('4.x leaves out the last separator; parts without name or value are dropped', () => {
    expect(decodeProperties('TAGS\x01a')).toEqual({ TAGS: 'a' });
    expect(decodeProperties('\x01x\x02y\x01\x02z\x02\x02A\x01b\x01c')).toEqual({ A: 'b\x01c' });
  });
});
