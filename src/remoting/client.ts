import { asError } from '../base/errors.js';
import { Connection } from './connection.js';
import { type Credentials, signedFields } from './credentials.js';
import type { TlsSettings } from './tls.js';

/** Below the 120 s after which a node closes an idle channel. Source: remoting/.../netty/NettyServerConfig.java. */
const IDLE_MS = 60_000;

export type InvokeOptions = {
  readonly extFields?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly signal: AbortSignal;
};

export type RemotingResponse = {
  /** A ResponseCode; 0 is success. */
  readonly code: number;
  readonly remark: string | undefined;
  readonly extFields: Readonly<Record<string, string>>;
  /** Empty if the response has none. */
  readonly body: Buffer;
};

/** How to talk to a node. Empty: plain TCP, unsigned. */
export type Reach = { readonly credentials?: Credentials | undefined; readonly tls?: TlsSettings | undefined };

/** Calls RocketMQ nodes: one pooled connection for each address, with pipelined calls, opened at the first call and after each failure. */
export class RemotingClient implements Disposable {
  readonly #idleMs: number;
  readonly #reach: (address: string) => Reach;
  readonly #connections = new Map<string, Connection>();
  #lastOpaque = 0;
  #isDisposed = false;

  /**
   * @param options.idleMs a connection is closed after this time without an open call (default 60 s).
   * @param options.reach how to talk to an address: used for TLS when a connection is opened, for the credentials at each call.
   */
  constructor(options: { readonly idleMs?: number; readonly reach?: (address: string) => Reach } = {}) {
    this.#idleMs = options.idleMs ?? IDLE_MS;
    this.#reach = options.reach ?? (() => ({}));
  }

  /** Open connections, idle ones included. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /**
   * Sends request `code` to `address` (`host:port`, `[v6]:port`) and resolves with the response, whatever its code.
   * Rejects with ConnectionError (`connect ECONNREFUSED 127.0.0.1:10911`), or with the reason of `signal` once that aborts:
   * nothing else ends a call that a node never answers. The node may have executed a request that was rejected here.
   */
  async invoke(address: string, code: number, { signal, ...content }: InvokeOptions): Promise<RemotingResponse> {
    if (signal.aborted) throw asError(signal.reason);
    if (this.#isDisposed) throw new Error(`the client that should call ${address} is closed`);
    this.#lastOpaque = (this.#lastOpaque + 1) & 0x7fffffff;
    const { credentials } = this.#reach(address);
    const signed = credentials && { extFields: signedFields(content.extFields ?? {}, content.body, credentials) };
    const { remark, extFields, body, ...response } = await this.#connectionTo(address).call(
      { code, opaque: this.#lastOpaque, ...content, ...signed },
      signal,
    );
    return { code: response.code, remark, extFields, body };
  }

  /** Closes all connections; open calls are rejected. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    for (const connection of [...this.#connections.values()]) {
      connection.end('CLOSED', `connection to ${connection.address} closed by rmqdev before the answer arrived`);
    }
  }

  #connectionTo(address: string): Connection {
    const open = this.#connections.get(address);
    if (open) return open;
    const settings = { idleMs: this.#idleMs, tls: this.#reach(address).tls };
    const connection = new Connection(address, settings, () => this.#connections.delete(address));
    this.#connections.set(address, connection);
    return connection;
  }
}
