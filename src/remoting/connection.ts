import type { Socket } from 'node:net';
import { asError, systemCode } from '../base/errors.js';
import { encodeFrame, FrameDecoder, type OutgoingCommand, type RemotingCommand } from './frame.js';
import { openSocket, type TlsSettings, tlsFailureOf } from './tls.js';

/** The connection to `address` could not be opened, or ended before the answer arrived. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  /** A system error code such as `ECONNREFUSED`; `CLOSED` if either side ended the connection; `GARBAGE` if the peer sent something other than a frame; or a TlsFailure. */
  readonly code: string;
  /** `message` names it. */
  readonly address: string;
  /** It was open, so a request may have arrived; if false, no byte of a request was sent. */
  readonly wasOpen: boolean;
  /** The connection was open, and the peer ended it before its first answer: a node that requires TLS does this to a plain connection. */
  readonly isUnanswered: boolean;
  constructor(
    address: string,
    code: string,
    message: string,
    { wasOpen, isUnanswered = false, ...options }: ErrorOptions & { readonly wasOpen: boolean; readonly isUnanswered?: boolean },
  ) {
    super(message, options);
    this.address = address;
    this.code = code;
    this.wasOpen = wasOpen;
    this.isUnanswered = isUnanswered;
  }
}

type PendingCall = {
  readonly resolve: (response: RemotingCommand) => void;
  readonly reject: (reason: Error) => void;
};

/**
 * One TCP connection with its open calls. It keeps the process alive only while a call is open, and ends itself after `idleMs`
 * without one. At its end all open calls are rejected and `onEnd` is called; it cannot be opened again.
 */
export class Connection {
  readonly address: string;
  readonly #socket: Socket;
  readonly #idleMs: number;
  readonly #onEnd: () => void;
  readonly #pending = new Map<number, PendingCall>();
  #wasOpen = false;
  #hasEnded = false;
  #hasAnswered = false;

  /** @param settings.tls undefined: plain TCP. */
  constructor(address: string, settings: { readonly idleMs: number; readonly tls: TlsSettings | undefined }, onEnd: () => void) {
    const { idleMs, tls } = settings;
    this.address = address;
    this.#idleMs = idleMs;
    this.#onEnd = onEnd;
    const decoder = new FrameDecoder((command) => this.#settle(command));
    this.#socket = openSocket(address, tls)
      .on(tls === undefined ? 'connect' : 'secureConnect', () => {
        this.#wasOpen = true;
      })
      .on('error', (error) => this.#fail(error, tls !== undefined))
      .on('end', () => this.#closedByPeer(tls !== undefined))
      .on('timeout', () => this.end('CLOSED', `connection to ${address} was idle for ${idleMs} ms`))
      .on('data', (chunk) => {
        try {
          decoder.push(chunk);
        } catch (error) {
          const message = `${address} sent garbage: ${asError(error).message}`;
          this.#end(new ConnectionError(address, 'GARBAGE', message, { cause: error, wasOpen: true }));
        }
      });
    this.#rest();
  }

  /**
   * Sends `command` and resolves with the response of the same opaque.
   * Rejects with ConnectionError, with FrameError if `command` is too large, or with the reason of `signal` when it aborts;
   * an abort does not affect the connection or its other calls, and a late response is dropped.
   */
  call(command: OutgoingCommand, signal: AbortSignal): Promise<RemotingCommand> {
    return new Promise((resolve, reject) => {
      const frame = encodeFrame(command);
      const settled = () => {
        signal.removeEventListener('abort', abort);
        this.#pending.delete(command.opaque);
        if (this.#pending.size === 0) this.#rest();
      };
      const call: PendingCall = {
        resolve: (response) => {
          settled();
          resolve(response);
        },
        reject: (reason) => {
          settled();
          reject(reason);
        },
      };
      const abort = () => call.reject(asError(signal.reason));
      this.#pending.set(command.opaque, call);
      signal.addEventListener('abort', abort, { once: true });
      this.#socket.setTimeout(0).ref();
      this.#socket.write(frame);
    });
  }

  /** Ends the connection and rejects its open calls; does nothing if it has already ended. */
  end(code: string, message: string): void {
    this.#end(new ConnectionError(this.address, code, message, { wasOpen: this.#wasOpen }));
  }

  /** The state of the connection, for the error at its end. */
  get #state(): { wasOpen: boolean; isUnanswered: boolean } {
    return { wasOpen: this.#wasOpen, isUnanswered: this.#wasOpen && !this.#hasAnswered };
  }

  #closedByPeer(isTls: boolean): void {
    const { address } = this;
    if (isTls && !this.#wasOpen) this.end('NOT_TLS', `TLS with ${address} failed: it closed the connection`);
    else this.#end(new ConnectionError(address, 'CLOSED', `connection to ${address} closed by the peer`, this.#state));
  }

  #fail(error: Error, isTls: boolean): void {
    const { address } = this;
    const wasOpen = this.#wasOpen;
    const failure = isTls ? tlsFailureOf(error, wasOpen) : undefined;
    if (failure === undefined) this.#end(systemErrorAt(address, error, this.#state));
    else this.#end(new ConnectionError(address, failure, `TLS with ${address} failed: ${error.message}`, { cause: error, wasOpen }));
  }

  #end(reason: ConnectionError): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#onEnd();
    this.#socket.destroy();
    for (const call of [...this.#pending.values()]) call.reject(reason);
  }

  #rest(): void {
    this.#socket.setTimeout(this.#idleMs).unref();
  }

  #settle(command: RemotingCommand): void {
    this.#hasAnswered = true;
    // A broker may also send its own requests here (NOTIFY_CONSUMER_IDS_CHANGED), with its own opaques.
    if (command.isResponse) this.#pending.get(command.opaque)?.resolve(command);
  }
}

/** A host name with several addresses fails with an AggregateError, whose own message is empty. */
function systemErrorAt(address: string, error: Error, state: { wasOpen: boolean; isUnanswered: boolean }): ConnectionError {
  const first: NodeJS.ErrnoException = error instanceof AggregateError ? asError(error.errors[0]) : error;
  // Only a failed connect has the address in its message.
  const message = first.syscall === 'connect' ? first.message : `${first.message} (${address})`;
  return new ConnectionError(address, systemCode(first) ?? 'CLOSED', message, { cause: error, ...state });
}
