import { randomBytes } from 'node:crypto';

/**
 * Makes the property UNIQ_KEY, which RocketMQ's clients call `msgId` and `queryMsgByUniqueKey` looks up: 32 hex digits of
 * address (4 bytes), process (2), a hash that tells class loaders apart (4; here random), ms since the month began (4), counter (2).
 * Source: common/.../message/MessageClientIDSetter.java; mqadmin reads the send time from it.
 */
export class UniqueKeys {
  readonly #prefix: string;
  readonly #now: () => number;
  #counter = 0;

  /** @param options.address IPv4 of this machine; @param options.now ms since the epoch */
  constructor({ now, address = '127.0.0.1', pid = process.pid }: { now: () => number; address?: string; pid?: number }) {
    this.#now = now;
    const head = Buffer.alloc(6);
    address.split('.').forEach((part, index) => {
      head.writeUInt8(Number(part), index);
    });
    head.writeUInt16BE(pid & 0xffff, 4);
    this.#prefix = Buffer.concat([head, randomBytes(4)]).toString('hex');
  }

  next(): string {
    const now = this.#now();
    const tail = Buffer.alloc(6);
    tail.writeUInt32BE((now - monthOf(now)) >>> 0, 0);
    tail.writeUInt16BE(this.#counter, 4);
    this.#counter = (this.#counter + 1) & 0xffff;
    return `${this.#prefix}${tail.toString('hex')}`.toUpperCase();
  }
}

/** @returns the start of the month of `now`, in local time, as `Calendar.getInstance()` does. */
function monthOf(now: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), 1).getTime();
}
