import { asError } from '../base/errors.js';

/** The largest frame that a RocketMQ node accepts or sends, including its length field. Source: remoting/.../netty/NettyDecoder.java. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/**
 * The version that rmqdev reports: MQVersion ordinal 401 (4.9.4). From this version on a route comes as standard JSON, and below 442 a
 * stopping 5.x server does not answer GO_AWAY. Source: common/.../MQVersion.java, namesrv/.../processor/ClientRequestProcessor.java.
 */
export const HEADER_VERSION = 401;

/** Bits of the header's `flag`. Source: remoting/.../protocol/RemotingCommand.java (RPC_TYPE, RPC_ONEWAY). */
const RESPONSE_FLAG = 1;
const ONEWAY_FLAG = 2;

/** Header encodings. Source: remoting/.../protocol/SerializeType.java. */
const JSON_HEADER = 0;
const BINARY_HEADER = 1;

/** One request or response as it is sent. */
export type RemotingCommand = {
  /** A request code, or the response code if `isResponse`. */
  readonly code: number;
  /** Pairs a response with its request; unique among the open requests of one connection. */
  readonly opaque: number;
  readonly isResponse: boolean;
  readonly isOneway: boolean;
  readonly remark: string | undefined;
  readonly extFields: Readonly<Record<string, string>>;
  /** Empty if the frame has none. */
  readonly body: Buffer;
};

/** The minimum for a frame; the rest is empty or false. */
export type OutgoingCommand = Pick<RemotingCommand, 'code' | 'opaque'> & Partial<RemotingCommand>;

/** The peer sent bytes that are not a RocketMQ frame; the connection can no longer be used. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/**
 * @returns `command` as one frame: int32 length of the rest, int32 (top byte 0 for a JSON header, low 24 bits its length), header, body.
 * Source: remoting/.../protocol/RemotingCommand.java `encode`.
 * @throws FrameError if it would exceed `MAX_FRAME_BYTES`.
 */
export function encodeFrame(command: OutgoingCommand): Buffer {
  const header = Buffer.from(
    JSON.stringify({
      code: command.code,
      language: 'OTHER',
      version: HEADER_VERSION,
      opaque: command.opaque,
      flag: (command.isResponse ? RESPONSE_FLAG : 0) | (command.isOneway ? ONEWAY_FLAG : 0),
      remark: command.remark,
      extFields: command.extFields ?? {},
      serializeTypeCurrentRPC: 'JSON',
    }),
  );
  const body = command.body ?? Buffer.alloc(0);
  const frameBytes = 8 + header.length + body.length;
  if (frameBytes > MAX_FRAME_BYTES) throw new FrameError(`frame of ${frameBytes} bytes exceeds the maximum of ${MAX_FRAME_BYTES}`);
  const prefix = Buffer.alloc(8);
  prefix.writeInt32BE(frameBytes - 4, 0);
  prefix.writeInt32BE((JSON_HEADER << 24) | header.length, 4);
  return Buffer.concat([prefix, header, body]);
}

/** Cuts a byte stream into frames, whatever its chunks are; holds at most one frame and one chunk. */
export class FrameDecoder {
  readonly #onCommand: (command: RemotingCommand) => void;
  #chunks: Buffer[] = [];
  #bufferedBytes = 0;
  #neededBytes = 4;

  /** @param onCommand called once for each complete frame, in order, during `push`. */
  constructor(onCommand: (command: RemotingCommand) => void) {
    this.#onCommand = onCommand;
  }

  /** @throws FrameError on bytes that are not a frame, after all complete frames before them; then the decoder can no longer be used. */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bufferedBytes += chunk.length;
    if (this.#bufferedBytes < this.#neededBytes) return;
    let rest = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    this.#neededBytes = 4;
    while (rest.length >= 4) {
      const frameBytes = 4 + frameLength(rest);
      if (rest.length < frameBytes) {
        this.#neededBytes = frameBytes;
        break;
      }
      this.#onCommand(decodeCommand(rest.subarray(4, frameBytes)));
      rest = rest.subarray(frameBytes);
    }
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#bufferedBytes = rest.length;
  }
}

function frameLength(stream: Buffer): number {
  const length = stream.readInt32BE(0);
  if (length < 4 || length > MAX_FRAME_BYTES - 4) {
    throw new FrameError(`not a RocketMQ frame: length ${length} is outside 4 to ${MAX_FRAME_BYTES - 4}`);
  }
  return length;
}

function decodeCommand(frame: Buffer): RemotingCommand {
  const encoding = frame.readUInt8(0);
  const headerBytes = frame.readUIntBE(1, 3);
  if (headerBytes > frame.length - 4) {
    throw new FrameError(`not a RocketMQ frame: header of ${headerBytes} bytes in ${frame.length - 4}`);
  }
  const header = frame.subarray(4, 4 + headerBytes);
  const body = frame.subarray(4 + headerBytes);
  if (encoding === JSON_HEADER) return { ...decodeJsonHeader(header), body };
  if (encoding === BINARY_HEADER) return { ...decodeBinaryHeader(header), body };
  throw new FrameError(`not a RocketMQ frame: header encoding ${encoding}`);
}

type Header = Omit<RemotingCommand, 'body'>;

const flags = (flag: number) => ({ isResponse: (flag & RESPONSE_FLAG) !== 0, isOneway: (flag & ONEWAY_FLAG) !== 0 });

function decodeJsonHeader(bytes: Buffer): Header {
  let header: { code?: unknown; opaque?: unknown; flag?: unknown; remark?: unknown; extFields?: unknown } | null;
  try {
    header = JSON.parse(bytes.toString());
  } catch (error) {
    throw new FrameError(`not a RocketMQ frame: JSON header: ${asError(error).message}`, { cause: error });
  }
  const { code, opaque, flag, remark, extFields } = header ?? {};
  if (typeof code !== 'number' || typeof opaque !== 'number' || typeof flag !== 'number') {
    throw new FrameError('not a RocketMQ frame: JSON header without code, opaque or flag');
  }
  return {
    code,
    opaque,
    ...flags(flag),
    remark: typeof remark === 'string' ? remark : undefined,
    extFields: Object.fromEntries(Object.entries(extFields ?? {}).map(([key, value]) => [key, String(value)])),
  };
}

/** Source: remoting/.../protocol/RocketMQSerializable.java: code 2, language 1, version 2, opaque 4, flag 4, remark, extFields. */
function decodeBinaryHeader(bytes: Buffer): Header {
  const text = (lengthAt: number, lengthBytes: 2 | 4): { value: string; end: number } => {
    const length = bytes.readUIntBE(lengthAt, lengthBytes);
    const end = lengthAt + lengthBytes + length;
    if (end > bytes.length) throw new FrameError(`not a RocketMQ frame: text of ${length} bytes in a header of ${bytes.length}`);
    return { value: bytes.toString('utf8', lengthAt + lengthBytes, end), end };
  };
  try {
    const remark = text(13, 4);
    const extFields: [string, string][] = [];
    const fieldsEnd = remark.end + 4 + bytes.readInt32BE(remark.end);
    for (let at = remark.end + 4; at < fieldsEnd; ) {
      const key = text(at, 2);
      const value = text(key.end, 4);
      extFields.push([key.value, value.value]);
      at = value.end;
    }
    return {
      code: bytes.readInt16BE(0),
      opaque: bytes.readInt32BE(5),
      ...flags(bytes.readInt32BE(9)),
      remark: remark.value || undefined,
      extFields: Object.fromEntries(extFields),
    };
  } catch (error) {
    if (error instanceof RangeError) throw new FrameError(`not a RocketMQ frame: binary header: ${error.message}`, { cause: error });
    throw error;
  }
}
