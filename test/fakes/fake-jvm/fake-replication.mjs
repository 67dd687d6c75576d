import { connect } from 'node:net';
import { listen } from './wire.mjs';

/** A slave whose master is not there tries again after this; the real one takes 5 s. */
const RETRY_MS = 200;

/**
 * Lines, as replication sends them: slave to master `from <offset>` once, then `ack <offset>`; master to slave JSON, a message of
 * the store or `{"topics": …}`.
 */
function readLines(socket, onLine) {
  let rest = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    lines.forEach(onLine);
  });
}

/** The master's side. A bare TCP connect counts as no slave. */
export class ReplicationServer {
  /** Connection to acknowledged offset. */
  #slaves = new Map();
  #waiting = new Set();
  #store;
  #topics;
  #log;

  constructor(store, topics, log) {
    this.#store = store;
    this.#topics = topics;
    this.#log = log;
  }

  get slaveCount() {
    return this.#slaves.size;
  }

  async listen(port) {
    await listen(port, (socket) => {
      const peer = `/${socket.remoteAddress}:${socket.remotePort}`;
      this.#log('store', `HAService receive new connection, ${peer}`, { thread: 'AcceptSocketService' });
      socket.on('close', () => this.#slaves.delete(socket));
      readLines(socket, (line) => {
        const [verb, offset] = line.split(' ');
        if (verb === 'from') {
          this.#log('store', `slave[${peer}] request offset ${offset}`, { thread: 'ReadSocketService' });
          socket.write(`${JSON.stringify({ topics: this.#topics() })}\n`);
          for (const message of this.#store.linesFrom(Number(offset))) socket.write(`${JSON.stringify(message)}\n`);
        }
        this.#slaves.set(socket, Number(offset));
        for (const check of this.#waiting) check();
      });
    });
  }

  send(content) {
    for (const socket of this.#slaves.keys()) socket.write(`${JSON.stringify(content)}\n`);
  }

  /** @returns {Promise<boolean>} whether a slave holds everything up to `offset` within `timeoutMs` */
  acknowledged(offset, timeoutMs) {
    return new Promise((resolve) => {
      const settle = (isAcknowledged) => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(isAcknowledged);
      };
      const check = () => {
        if ([...this.#slaves.values()].some((acknowledged) => acknowledged >= offset)) settle(true);
      };
      const timer = setTimeout(() => settle(false), timeoutMs);
      this.#waiting.add(check);
      check();
    });
  }

  status() {
    const { maxOffset } = this.#store;
    const haConnectionInfo = [...this.#slaves].map(([socket, slaveAckOffset]) => ({
      addr: `${socket.remoteAddress}:${socket.remotePort}`,
      slaveAckOffset,
      diff: maxOffset - slaveAckOffset,
      inSync: true,
      transferredByteInSecond: 0,
      transferFromWhere: slaveAckOffset,
    }));
    return {
      master: true,
      masterCommitLogMaxOffset: maxOffset,
      inSyncSlaveNums: haConnectionInfo.length,
      haConnectionInfo,
      haClientRuntimeInfo: {},
    };
  }
}

/** The slave's side: follows the master it was told of, for ever. */
export class ReplicationClient {
  #masterAddr;
  #socket;
  #store;
  #onTopics;
  #log;

  constructor(store, onTopics, log) {
    this.#store = store;
    this.#onTopics = onTopics;
    this.#log = log;
  }

  /** @param {string} masterAddr host:haListenPort */
  follow(masterAddr) {
    if (masterAddr === this.#masterAddr) return;
    this.#masterAddr = masterAddr;
    if (this.#socket) this.#socket.destroy();
    else this.#connect();
  }

  #connect() {
    const [host, port] = this.#masterAddr.split(':');
    const socket = connect({ host, port: Number(port) }, () => {
      this.#log('store', `HAClient connect to master ${this.#masterAddr}`, { thread: 'HAClient' });
      socket.write(`from ${this.#store.maxOffset}\n`);
    });
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('close', () => setTimeout(() => this.#connect(), RETRY_MS));
    readLines(socket, (line) => {
      const content = JSON.parse(line);
      if (content.topics) this.#onTopics(content.topics);
      else this.#store.append(content);
      socket.write(`ack ${this.#store.maxOffset}\n`);
    });
  }

  status() {
    const { maxOffset } = this.#store;
    return {
      master: false,
      masterCommitLogMaxOffset: 0,
      inSyncSlaveNums: 0,
      haConnectionInfo: [],
      haClientRuntimeInfo: { masterAddr: this.#masterAddr, maxOffset },
    };
  }
}
