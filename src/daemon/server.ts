import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { RmqdevError, toRmqdevError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { type Handlers, ROUTES } from '../contract/routes.js';

const MAX_BODY_BYTES = 1024 * 1024;
/** A reader of a stream that falls this far behind is dropped: the daemon's memory is not its buffer. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;

/** Serves every route of the contract over the given handlers. */
export function createServer(handlers: Handlers, log: Logger): FastifyInstance {
  const server = Fastify({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true, logger: false });
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
        const closed = new AbortController();
        reply.raw.once('close', () => closed.abort());
        if (spec.kind === 'call') return handle(params, closed.signal);
        return stream(reply, closed.signal, log, (emit) => handle(params, closed.signal, emit));
      },
    });
  }
  return server;
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

/** Answers NDJSON: items as they come, then one result or error. Waits for a slow reader, up to a limit. */
async function stream(
  reply: FastifyReply,
  closed: AbortSignal,
  log: Logger,
  run: (emit: (item: unknown) => Promise<void>) => Promise<unknown>,
): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  raw.flushHeaders();
  let isEnded = false;
  // What still happens after the result, such as the end of a second node that was killed, has nobody to be told to.
  const write = (line: object): void => {
    if (!closed.aborted && !isEnded) raw.write(`${JSON.stringify(line)}\n`);
  };
  raw.on('error', (error) => log.info({ err: error }, 'a reader went away'));
  const emit = async (item: unknown): Promise<void> => {
    write({ item });
    if (raw.writableLength > MAX_UNREAD_BYTES) raw.destroy();
    else if (raw.writableNeedDrain) await drained(raw, closed);
  };
  try {
    write({ result: await run(emit) });
  } catch (error) {
    const failure = toRmqdevError(error);
    logFailure(log, failure);
    write({ error: failure.toPayload() });
  }
  isEnded = true;
  raw.end();
}

function drained(raw: FastifyReply['raw'], closed: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (closed.aborted) return resolve();
    const done = () => {
      raw.off('drain', done);
      closed.removeEventListener('abort', done);
      resolve();
    };
    raw.once('drain', done);
    closed.addEventListener('abort', done, { once: true });
  });
}

function sendError(reply: FastifyReply, error: unknown, log: Logger): FastifyReply {
  const known = error instanceof RmqdevError || !isClientMistake(error) ? error : invalidRequest(error);
  const failure = toRmqdevError(known);
  logFailure(log, failure);
  return reply
    .status(failure.code === 'INTERNAL' ? 500 : failure.code === 'INVALID_REQUEST' ? 400 : 409)
    .send({ error: failure.toPayload() });
}

/** Fastify's own refusals: a body that is no JSON, or too large. */
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
