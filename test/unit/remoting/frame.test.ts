import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame, FrameDecoder, FrameError, MAX_FRAME_BYTES, type RemotingCommand } from '../../../src/remoting/frame.js';

const extFields = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), { noNullPrototype: true });
const command: fc.Arbitrary<RemotingCommand> = fc.record({
  code: fc.integer({ min: 0, max: 32_767 }),
  opaque: fc.nat(),
  isResponse: fc.boolean(),
  isOneway: fc.boolean(),
  remark: fc.option(fc.string({ unit: 'grapheme', minLength: 1 }), { nil: undefined }),
  extFields,
  body: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
});

/** RocketMQ's binary header, which rmqdev reads but never sends. */
function encodeBinary({ code, opaque, isResponse, isOneway, remark = '', extFields, body }: RemotingCommand): Buffer {
  const sized = (text: string, sizeBytes: 2 | 4): Buffer => {
    const size = Buffer.alloc(sizeBytes);
    size.writeUIntBE(Buffer.byteLength(text), 0, sizeBytes);
    return Buffer.concat([size, Buffer.from(text)]);
  };
  const fixed = Buffer.alloc(13);
  fixed.writeInt16BE(code, 0);
  fixed.writeInt8(7, 2);
  fixed.writeInt16BE(401, 3);
  fixed.writeInt32BE(opaque, 5);
  fixed.writeInt32BE((isResponse ? 1 : 0) | (isOneway ? 2 : 0), 9);
  const fields = Buffer.concat(Object.entries(extFields).flatMap(([key, value]) => [sized(key, 2), sized(value, 4)]));
  const fieldsSize = Buffer.alloc(4);
  fieldsSize.writeInt32BE(fields.length);
  const header = Buffer.concat([fixed, sized(remark, 4), fieldsSize, fields]);
  const prefix = Buffer.alloc(8);
  prefix.writeInt32BE(4 + header.length + body.length, 0);
  prefix.writeInt32BE((1 << 24) | header.length, 4);
  return Buffer.concat([prefix, header, body]);
}

function decode(...chunks: Buffer[]): RemotingCommand[] {
  const commands: RemotingCommand[] = [];
  const decoder = new FrameDecoder((decoded) => commands.push(decoded));
  for (const chunk of chunks) decoder.push(chunk);
  return commands;
}

function chunked(stream: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length];
  return at.slice(1).map((end, index) => stream.subarray(at[index], end));
}

describe('frames', () => {
  test('any chunking of a stream decodes to the same commands, JSON and binary headers mixed', () => {
    const frames = fc.array(fc.tuple(command, fc.constantFrom(encodeFrame, encodeBinary)), { maxLength: 6 });
    fc.assert(
      fc.property(frames, fc.array(fc.nat(), { maxLength: 20 }), (sent, cuts) => {
        const stream = Buffer.concat(sent.map(([content, encode]) => encode(content)));
        expect(decode(...chunked(stream, cuts))).toEqual(sent.map(([content]) => content));
      }),
    );
  });

  test('a stream that comes byte by byte decodes', () => {
    const stream = encodeFrame({ code: 28, opaque: 7, body: Buffer.from('body') });
    expect(decode(...Array.from(stream, (byte) => Buffer.of(byte)))).toMatchObject([{ code: 28, opaque: 7, body: Buffer.from('body') }]);
  });

  test('random bytes decode, wait for more or fail with FrameError: nothing else, and no hang', () => {
    const attempt = (stream: Uint8Array, cuts: readonly number[]) => {
      try {
        decode(...chunked(Buffer.from(stream), cuts));
      } catch (error) {
        expect(error).toBeInstanceOf(FrameError);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(), { maxLength: 5 }), attempt));
    const framed = fc
      .tuple(fc.constantFrom(0, 1, 2), fc.nat(80), fc.uint8Array({ minLength: 4, maxLength: 100 }))
      .map(([encoding, headerBytes, rest]) => Buffer.concat([Buffer.of(0, 0, 0, rest.length + 4, encoding, 0, 0, headerBytes), rest]));
    fc.assert(fc.property(framed, (stream) => attempt(stream, [])));
  });

  test('whole frames before garbage are delivered', () => {
    const commands: RemotingCommand[] = [];
    const decoder = new FrameDecoder((decoded) => commands.push(decoded));
    const stream = Buffer.concat([encodeFrame({ code: 1, opaque: 1 }), Buffer.from('HTTP/1.1 400 Bad Request')]);
    expect(() => decoder.push(stream)).toThrow(/not a RocketMQ frame: length 1213486160 is outside 4 to 16777212/);
    expect(commands).toHaveLength(1);
  });

  test('a length above 16 MiB fails as soon as it is there, before any of its bytes', () => {
    expect(() => decode(Buffer.of(0x01, 0x00, 0x00, 0x00))).toThrow(FrameError);
    expect(() => decode(Buffer.of(0xff, 0xff, 0xff, 0xff))).toThrow(FrameError);
    expect(decode(Buffer.of(0x00, 0xff, 0xff, 0xfc))).toEqual([]);
  });

  test('a frame that a node would refuse is not sent', () => {
    expect(() => encodeFrame({ code: 310, opaque: 1, body: Buffer.alloc(MAX_FRAME_BYTES) })).toThrow(/exceeds the maximum of 16777216/);
  });

  test('the header names language OTHER and version 401, and all extFields are strings', () => {
    const frame = encodeFrame({ code: 105, opaque: 3, extFields: { topic: 'broker-a' } });
    const header = JSON.parse(frame.toString('utf8', 8));
    expect(header).toMatchObject({ code: 105, language: 'OTHER', version: 401, opaque: 3, flag: 0, extFields: { topic: 'broker-a' } });
  });
});
