import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { type Clock, systemClock } from '../base/clock.js';
import { RmqdevError, toRmqdevError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { type Handlers, ROUTES } from '../contract/routes.js';
import { PROTOCOL, speakerHeaders, speakerOf, versionMismatch } from '../contract/version.js';
import { AnswerStream, READER_LIMITS, type ReaderLimits } from './answer-stream.js';

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;
/** The time limits for the headers and for the whole request. An answer may take any time. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const LOOK_FOR_LATE_MS = 2_000;
/** Longer than a client keeps an idle connection, so that none is closed just before its next request. */
const KEEP_ALIVE_MS = 15_000;
/** Above this number, a new connection is closed at once: the daemon needs its descriptors for nodes and files. */
const MAX_CONNECTIONS = 512;
/** How long the end of the daemon waits for the clients that must learn of it. */
const FLUSH_MS = 1_000;

export type ServerOptions = {
  clock?: Clock;
  limits?: ReaderLimits;
  /** Aborts, with the reason as the answer, when the daemon is about to end: clients that still wait get it. */
  ending?: AbortSignal;
};

/** Serves every route of the contract over the given handlers. */
export function createServer(
  handlers: Handlers,
  log: Logger,
  version: string,
  { clock = systemClock, limits = READER_LIMITS, ending = new AbortController().signal }: ServerOptions = {},
): FastifyInstance {
  const server = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: LOOK_FOR_LATE_MS, maxHeaderSize: MAX_HEADER_BYTES },
    forceCloseConnections: true,
    clientErrorHandler: refuseUnreadable,
    logger: false,
  });
  server.server.maxConnections = MAX_CONNECTIONS;
  // One listener for each unfinished answer.
  setMaxListeners(0, ending);
  const underWay = new Set<Promise<unknown>>();
  server.addHook('preClose', async () => void (await Promise.race([Promise.allSettled(underWay), clock.sleep(FLUSH_MS)])));
  const track = <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work);
    void work.catch(() => undefined).finally(() => underWay.delete(work));
    return work;
  };
  const self = { version, protocol: PROTOCOL, pid: process.pid };
  server.addHook('onRequest', async (request, reply) => {
    for (const [name, value] of Object.entries(speakerHeaders(self))) reply.raw.setHeader(name, value);
    const client = speakerOf(request.headers);
    if (client !== undefined && client.protocol !== PROTOCOL) throw versionMismatch(self, client);
  });
  server.setErrorHandler((error, _request, reply) => void sendError(reply, error, log));
  server.setNotFoundHandler((request, reply) =>
    sendError(
      reply,
      new RmqdevError('INVALID_REQUEST', {
        what: `the daemon knows no ${request.method} ${request.url}`,
        why: 'it is not in the contract',
        next: 'See docs/openapi.json for every call',
      }),
      log,
    ),
  );
  for (const [name, spec] of Object.entries(ROUTES)) {
    const handle = handlers[name as keyof Handlers] as (
      params: unknown,
      signal: AbortSignal,
      emit?: (item: unknown) => Promise<void> | void,
    ) => Promise<unknown>;
    server.route({
      method: spec.method,
      url: spec.path,
      handler: async (request, reply) => {
        const params = parseParams(spec.params, request);
        reply.raw.on('error', (error) => log.info({ err: error }, 'a reader went away'));
        if (spec.kind === 'call') {
          const closed = new AbortController();
          reply.raw.once('close', () => closed.abort());
          return track(unlessEnding(ending, handle(params, closed.signal)));
        }
        reply.hijack();
        const answer = new AnswerStream(reply.raw, spec.method === 'GET', clock, limits);
        return track(stream(answer, log, (emit) => unlessEnding(ending, handle(params, answer.gone, emit))));
      },
    });
  }
  return server;
}

/** @throws the reason of `ending` if that comes first; the work itself continues, and its result is ignored. */
function unlessEnding<T>(ending: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(ending.reason);
    if (ending.aborted) end();
    ending.addEventListener('abort', end, { once: true });
    work.then(resolve, reject).finally(() => ending.removeEventListener('abort', end));
  });
}

/** A request that is not HTTP, has a too large header, or came too slowly: no route has seen it. */
function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const status = isLate
    ? '408 Request Timeout'
    : error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : '400 Bad Request';
  const why = isLate ? `it was not complete after ${REQUEST_TIMEOUT_MS / 1_000} s` : error.message;
  const body = JSON.stringify({ error: invalidRequest({ message: why }).toPayload() });
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`;
  // Even if the client has sent only half: nothing more is read from it.
  if (socket.writable) socket.write(head + body);
  socket.destroySoon();
}

function parseParams(schema: z.ZodType, request: FastifyRequest): unknown {
  const rest = request.method === 'GET' ? request.query : (request.body ?? {});
  const parsed = schema.safeParse({ ...(rest as object), ...(request.params as object) });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'request'}: ${issue.message}`);
  throw new RmqdevError('INVALID_REQUEST', {
    what: `${request.method} ${request.url} is not a valid call`,
    why: problems.join('; '),
    next: 'If the rmqdev command sent it, client and daemon differ: run `rmqdev daemon restart`',
  });
}

/** Answers a stream. An error after the first line can no longer be a status: it is the last line. */
async function stream(answer: AnswerStream, log: Logger, run: (emit: (item: unknown) => Promise<void>) => Promise<unknown>): Promise<void> {
  try {
    answer.end({ result: await run(answer.emit) });
  } catch (error) {
    const failure = toRmqdevError(error);
    logFailure(log, failure);
    answer.end({ error: failure.toPayload() });
  }
}

function sendError(reply: FastifyReply, error: unknown, log: Logger): FastifyReply {
  const known = error instanceof RmqdevError || !isClientMistake(error) ? error : invalidRequest(error);
  const failure = toRmqdevError(known);
  logFailure(log, failure);
  return reply
    .status(failure.code === 'INTERNAL' ? 500 : failure.code === 'INVALID_REQUEST' ? 400 : 409)
    .send({ error: failure.toPayload() });
}

/** Fastify's own refusals: a body that is not JSON, or too large. */
function isClientMistake(error: unknown): error is { statusCode: number; message: string } {
  return (
    typeof error === 'object' &&
    error !== null &&
    'statusCode' in error &&
    Number(error.statusCode) >= 400 &&
    Number(error.statusCode) < 500
  );
}

function invalidRequest(error: { message: string }): RmqdevError {
  return new RmqdevError('INVALID_REQUEST', {
    what: 'the daemon cannot read this request',
    why: error.message,
    next: 'Send a JSON object of at most 1 MB, as docs/openapi.json describes it',
  });
}

function logFailure(log: Logger, failure: RmqdevError): void {
  if (failure.code === 'INTERNAL') log.error({ err: failure.cause ?? failure }, failure.message);
  else log.info({ code: failure.code }, failure.message);
}
