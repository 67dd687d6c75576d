import { connect, createServer } from 'node:net';

/**
 * One request or response. The framing is written here a second time, so that the fake shares no mistake with what it tests.
 * @typedef {{ code: number, opaque?: number, flag?: number, version?: number, remark?: string, extFields?: Record<string, string>, body?: Buffer }} Command
 */

/**
 * @param {Command} command
 * @returns {Buffer}
 */
function encode({ body = Buffer.alloc(0), ...header }) {
  const headerBytes = Buffer.from(
    JSON.stringify({ language: 'JAVA', version: 493, serializeTypeCurrentRPC: 'JSON', extFields: {}, ...header }),
  );
  const prefix = Buffer.alloc(8);
  prefix.writeInt32BE(4 + headerBytes.length + body.length, 0);
  prefix.writeInt32BE(headerBytes.length, 4);
  return Buffer.concat([prefix, headerBytes, body]);
}

/**
 * @param {import('node:net').Socket} socket
 * @param {(command: Command) => void} onCommand
 */
function readCommands(socket, onCommand) {
  let buffered = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    buffered = Buffer.concat([buffered, chunk]);
    while (buffered.length >= 8 && buffered.length >= 4 + buffered.readInt32BE(0)) {
      const end = 4 + buffered.readInt32BE(0);
      const bodyAt = 8 + (buffered.readInt32BE(4) & 0xffffff);
      onCommand({ ...JSON.parse(buffered.toString('utf8', 8, bodyAt)), body: buffered.subarray(bodyAt, end) });
      buffered = buffered.subarray(end);
    }
  });
}

/**
 * Listens on `port` of every address and answers each request with what `handle` gives (undefined: no answer).
 * @param {number} port
 * @param {(request: Command, socket: import('node:net').Socket) => Promise<Command | undefined> | Command | undefined} handle
 * @param {(socket: import('node:net').Socket) => void} [onClose]
 */
export async function serve(port, handle, onClose = () => {}) {
  await listen(port, (socket) => {
    socket.on('close', () => onClose(socket));
    readCommands(socket, async (request) => {
      const response = await handle(request, socket);
      if (response && !socket.destroyed) socket.write(encode({ ...response, opaque: request.opaque, flag: 1 }));
    });
  });
}

/**
 * @param {number} port
 * @param {(socket: import('node:net').Socket) => void} onConnection
 * @returns {Promise<void>} rejects with the system's error, such as EADDRINUSE
 */
export function listen(port, onConnection) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      onConnection(socket);
    });
    server.once('error', reject);
    server.listen(port, () => resolve());
  });
}

/** How long a broker waits for its NameServer. */
const CALL_TIMEOUT_MS = 3_000;

/** A connection that is kept, and made anew by the first call after its end. */
export class Peer {
  #socket;
  #opaque = 0;
  #pending = new Map();

  /** @param {string} address host:port */
  constructor(address) {
    this.address = address;
  }

  /**
   * @param {Command} request
   * @returns {Promise<Command>}
   */
  call(request) {
    this.#socket ??= this.#connect();
    this.#opaque += 1;
    const opaque = this.#opaque;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(opaque)?.reject(new Error(`no answer within ${CALL_TIMEOUT_MS} ms`)), CALL_TIMEOUT_MS);
      this.#pending.set(opaque, { resolve, reject, timer });
      this.#socket.write(encode({ ...request, opaque, flag: 0 }));
    });
  }

  #settle(opaque) {
    const call = this.#pending.get(opaque);
    this.#pending.delete(opaque);
    clearTimeout(call?.timer);
    return call;
  }

  #connect() {
    const colon = this.address.lastIndexOf(':');
    const socket = connect({ host: this.address.slice(0, colon), port: Number(this.address.slice(colon + 1)) });
    let reason = new Error('closed');
    socket.on('error', (error) => {
      reason = error;
    });
    socket.on('close', () => {
      this.#socket = undefined;
      for (const opaque of [...this.#pending.keys()]) this.#settle(opaque).reject(reason);
    });
    readCommands(socket, (response) => this.#settle(response.opaque)?.resolve(response));
    return socket;
  }
}
