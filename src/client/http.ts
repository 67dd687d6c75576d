import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { asError, type ErrorPayload, RmqdevError, systemCode } from '../base/errors.js';
import { CALLS } from '../contract/calls.js';
import type { Call, Item, ParamsInput, Result, Stream, StreamLine } from '../contract/routes.js';
import { type Speaker, speakerHeaders, speakerOf } from '../contract/version.js';

const ASK_AGAIN_MS = 50;
const BUSY_TRIES = 400;
/** What the server of a daemon that ends answers by itself: no handler has seen the request. */
const ENDING = 503;

export type Request = { params: object; signal: AbortSignal | undefined };
export type Answer = {
  response: IncomingMessage;
  /** Undefined for a daemon that does not say. */
  daemon: Speaker | undefined;
};

/** Typed calls to a daemon over its Unix socket. It trusts results, because both sides compare their protocol numbers. */
export class DaemonClient {
  /** @param self what the daemon is told of this client; it refuses another protocol */
  constructor(
    readonly socketPath: string,
    private readonly self?: Speaker,
  ) {}

  /** @throws the RmqdevError in the daemon's answer, or DAEMON_UNREACHABLE. */
  async call<C extends Call>(name: C, params: ParamsInput<C>, signal?: AbortSignal): Promise<Result<C>> {
    const { response } = await this.send(name, { params, signal });
    const text = await readText(response, signal);
    const body = text === '' ? undefined : JSON.parse(text);
    if (response.statusCode === 200) return body as Result<C>;
    throw failureOf(body);
  }

  /** Passes each item to `onItem` when it arrives. Aborting closes the connection: the daemon finishes what it has accepted. */
  async stream<S extends Stream>(
    name: S,
    params: ParamsInput<S>,
    onItem: (item: Item<S>) => void,
    signal?: AbortSignal,
  ): Promise<Result<S>> {
    const { response } = await this.send(name, { params, signal });
    if (response.statusCode !== 200) throw failureOf(JSON.parse(await readText(response, signal)));
    let rest = '';
    response.setEncoding('utf8');
    for await (const chunk of chunksOf(response, signal)) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) {
        const line = JSON.parse(text) as StreamLine<S>;
        if ('item' in line) onItem(line.item);
        else if ('result' in line) return line.result;
        else throw failureOf(line);
      }
    }
    throw unreachable('it closed the connection before it answered');
  }

  /** A socket with a full queue (EAGAIN) has accepted nothing: try again. */
  protected async send(name: Call | Stream, { params, signal }: Request): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      try {
        const response = await this.#sendOnce(name, params, signal);
        if (response.statusCode !== ENDING) return { response, daemon: speakerOf(response.headers) };
        response.resume();
        throw unreachable('it is about to end');
      } catch (error) {
        const isBusy = error instanceof RmqdevError && systemCode(error.cause) === 'EAGAIN';
        if (!isBusy || tries >= BUSY_TRIES || signal?.aborted) throw error;
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      }
    }
  }

  async #sendOnce(name: Call | Stream, params: object, signal: AbortSignal | undefined): Promise<IncomingMessage> {
    const { method, path } = CALLS[name];
    const rest = new Map(Object.entries(params).filter(([, value]) => value !== undefined));
    const filled = path.replace(/:(\w+)/g, (_, key: string) => {
      const value = String(rest.get(key));
      rest.delete(key);
      return encodeURIComponent(value);
    });
    const query = method === 'GET' ? toQuery(rest) : '';
    const options = {
      socketPath: this.socketPath,
      // A new connection for each call: a kept one may have lost its daemon, and then the next call would be reset.
      agent: false,
      // As without it, but Node.js does not look whether the host is an address: that alone compiles a large pattern.
      servername: '',
      method,
      path: filled + query,
      headers: {
        ...(this.self && speakerHeaders(this.self)),
        ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
      },
      ...(signal ? { signal } : {}),
    };
    return new Promise((resolve, reject) => {
      const sent: ClientRequest = request(options, resolve);
      sent.on('error', (error) => {
        if (signal?.aborted) reject(signal.reason);
        else reject(unreachable(systemCode(error) ?? error.message, error));
      });
      sent.end(method === 'GET' ? undefined : JSON.stringify(Object.fromEntries(rest)));
    });
  }
}

function toQuery(params: ReadonlyMap<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [key, value] of params) for (const item of Array.isArray(value) ? value : [value]) query.append(key, String(item));
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

async function readText(response: IncomingMessage, signal: AbortSignal | undefined): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of chunksOf(response, signal)) text += chunk;
  return text;
}

function failureOf(body: unknown): RmqdevError {
  if (typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'object')
    return RmqdevError.fromPayload(body.error as ErrorPayload);
  return unreachable('its answer does not match the contract');
}

export function unreachable(why: string, cause?: unknown): RmqdevError {
  return new RmqdevError(
    'DAEMON_UNREACHABLE',
    {
      what: 'the rmqdev daemon does not answer',
      why,
      next: 'Run the command again; if it happens again, check `rmqdev daemon status` and daemon.log in RMQDEV_HOME',
    },
    { cause },
  );
}

/** The answer while it arrives. If the connection breaks, the daemon has ended, or the caller aborted. */
async function* chunksOf(response: IncomingMessage, signal: AbortSignal | undefined): AsyncGenerator<string> {
  try {
    yield* response as AsyncIterable<string>;
  } catch (error) {
    throw signal?.aborted ? signal.reason : unreachable(`the connection broke: ${systemCode(error) ?? asError(error).message}`);
  }
}
