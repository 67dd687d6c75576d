import type * as http from 'node:http';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RmqdevError } from '../../../src/base/errors.js';
import { silentLogger } from '../../../src/base/logger.js';
import { DaemonClient } from '../../../src/client/http.js';
import { type Call, type Handlers, ROUTES, type Stream } from '../../../src/contract/routes.js';
import { createServer } from '../../../src/daemon/server.js';
import { recordingHandlers, requestTo, SAMPLES } from '../../fakes/daemon.js';

const node = vi.hoisted(() => ({ request: undefined as unknown }));
// Test files share their modules: this one needs its own, as they are made with the mock.
vi.hoisted(() => vi.resetModules());
vi.mock('node:http', async (original) => ({
  ...(await original<typeof http>()),
  request: (...parameters: unknown[]) => (node.request as (...all: unknown[]) => unknown)(...parameters),
}));

afterAll(() => {
  vi.doUnmock('node:http');
  vi.resetModules();
});

const client = new DaemonClient('/no/such/socket');
let server: FastifyInstance;
let calls: { name: string; params: unknown }[];
const serve = (overrides: Partial<Handlers> = {}) => {
  server = createServer(recordingHandlers(calls, overrides), silentLogger, '1.2.3');
};
beforeEach(() => {
  calls = [];
  node.request = requestTo(() => server);
  serve();
});
afterEach(() => server.close());

const send = (name: keyof Handlers, params: unknown) =>
  ROUTES[name].kind === 'call' ? client.call(name as Call, params as never) : client.stream(name as Stream, params as never, () => {});
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('it was accepted');
    },
    (error: RmqdevError) => error,
  );

describe('what the client sends is what the handler gets', () => {
  test.each(Object.entries(SAMPLES))('%s', async (name, params) => {
    await send(name as keyof Handlers, params);
    expect(calls).toEqual([{ name, params }]);
  });

  test.each(Object.entries(SAMPLES))('%s with no more than it must have', async (name, params) => {
    const { shape } = ROUTES[name as keyof Handlers].params;
    const least = Object.fromEntries(
      Object.entries(params).filter(([key]) => !(shape as Record<string, { isOptional(): boolean }>)[key]?.isOptional()),
    );
    await send(name as keyof Handlers, least);
    expect(calls).toEqual([{ name, params: least }]);
  });

  test('a list of one stays a list', async () => {
    await client.call('clusterStatus', { cluster: '2m2s', selector: ['broker-a'] });
    await client.stream('events', { cluster: '2m2s', follow: false, lines: 1, selector: ['broker-a'] }, () => {});
    expect(calls.map(({ params }) => params)).toEqual([
      { cluster: '2m2s', selector: ['broker-a'] },
      { cluster: '2m2s', follow: false, lines: 1, selector: ['broker-a'] },
    ]);
  });
});

describe('what is refused', () => {
  test.each(Object.entries(SAMPLES))('%s with a field that the contract does not have', async (name, params) => {
    const error = await failureOf(send(name as keyof Handlers, { ...params, wat: '1' }));
    expect(error).toMatchObject({ code: 'INVALID_REQUEST', text: { why: expect.stringContaining('wat') } });
    expect(calls).toEqual([]);
  });

  test.each<[string, keyof Handlers, object]>([
    ['a selector that is empty', 'stop', { selectors: [''] }],
    ['no selector', 'stop', { selectors: [] }],
    ['a time-out of nothing', 'stop', { timeoutMs: 0 }],
    ['a time-out that is no number', 'stop', { timeoutMs: 'soon' }],
    ['a goal that is none', 'wait', { for: 'lunch' }],
    ['a flag that is none', 'events', { follow: 'perhaps' }],
    ['lines below 0', 'events', { lines: -1 }],
    ['a caller with more than it may say', 'up', { caller: { cwd: '/', NAMESRV_ADDR: 'x' } }],
  ])('%s', async (_, name, change) => {
    const error = await failureOf(send(name, { ...SAMPLES[name], ...change }));
    expect({ code: error.code, field: error.text.why.split(/[.:]/)[0] }).toEqual({
      code: 'INVALID_REQUEST',
      field: Object.keys(change)[0],
    });
    expect(calls).toEqual([]);
  });

  test.each([
    ['a path that is none', { method: 'GET', url: '/v1/nothing' }, 'the daemon knows no GET /v1/nothing'],
    ['a method that is none', { method: 'DELETE', url: '/v1/hello', payload: '{}' }, 'the daemon knows no DELETE /v1/hello'],
    ['a body that is no JSON', { method: 'POST', url: '/v1/clean', payload: '{"dryRun":' }, 'the daemon cannot read this request'],
    [
      'a body that is too large',
      { method: 'POST', url: '/v1/clean', payload: JSON.stringify('x'.repeat(2 ** 20)) },
      'the daemon cannot read this request',
    ],
    ['a body that is a list', { method: 'POST', url: '/v1/clean', payload: '[1]' }, 'POST /v1/clean is not a valid call'],
    ['a body that is a text', { method: 'POST', url: '/v1/clean', payload: '"dryRun"' }, 'POST /v1/clean is not a valid call'],
  ] as const)('%s: status 400 and three parts', async (_, request, what) => {
    const response = await server.inject({ headers: { 'content-type': 'application/json' }, ...request });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual({ error: { code: 'INVALID_REQUEST', what, why: expect.any(String), next: expect.any(String) } });
  });

  test('a name in the path comes from the path, whatever the body says', async () => {
    const payload = { ...SAMPLES.pause, cluster: 'another' };
    await server.inject({ method: 'POST', url: '/v1/clusters/mine/pause', payload });
    expect(calls).toEqual([{ name: 'pause', params: { ...SAMPLES.pause, cluster: 'mine' } }]);
  });
});

describe('what comes back', () => {
  const hello = { version: '1.0.0', protocol: 1, pid: 4_242, startedAt: '2026-11-20T12:00:00.000Z' };
  const item = { event: 'notice', message: 'zwei\nZeilen ü' } as const;
  const failure = new RmqdevError('SELECTOR_UNKNOWN', { what: 'no node matches "x"', why: 'there are a, b', next: 'Did you mean a?' });

  test('a result', async () => {
    serve({ hello: async () => hello });
    expect(await client.call('hello', {})).toEqual(hello);
  });

  test('an error with its code and its three parts', async () => {
    serve({
      hello: async () => {
        throw failure;
      },
    });
    expect(await failureOf(client.call('hello', {}))).toMatchObject({ code: 'SELECTOR_UNKNOWN', text: failure.text });
  });

  test('a fault of the daemon as INTERNAL, without its stack', async () => {
    serve({
      hello: async () => {
        throw new TypeError('x is not a function');
      },
    });
    const response = await server.inject('/v1/hello');
    expect({ status: response.statusCode, stack: response.payload.includes('.ts:') }).toEqual({ status: 500, stack: false });
    expect(await failureOf(client.call('hello', {}))).toMatchObject({ code: 'INTERNAL', text: { why: 'x is not a function' } });
  });

  test('the items of a stream in their order, then its result', async () => {
    serve({
      stop: async (_params, _closed, emit) => {
        for (let i = 0; i < 3; i += 1) await emit({ ...item, message: `${item.message} ${i}` });
        return { cluster: '2m2s' } as never;
      },
    });
    const heard: unknown[] = [];
    expect(await client.stream('stop', SAMPLES.stop, (one) => heard.push(one))).toEqual({ cluster: '2m2s' });
    expect(heard).toEqual([0, 1, 2].map((i) => ({ ...item, message: `${item.message} ${i}` })));
  });

  test('the error that ends a stream, after what it had told', async () => {
    serve({
      stop: async (_params, _closed, emit) => {
        await emit(item);
        throw failure;
      },
    });
    const heard: unknown[] = [];
    expect(await failureOf(client.stream('stop', SAMPLES.stop, (one) => heard.push(one)))).toMatchObject({ code: 'SELECTOR_UNKNOWN' });
    expect(heard).toEqual([item]);
  });

  test('what is not in the contract, or nothing at all, as DAEMON_UNREACHABLE', async () => {
    node.request = requestTo(() => ({ inject: async () => ({ statusCode: 502, payload: '{}' }) }) as unknown as FastifyInstance);
    expect((await failureOf(client.call('hello', {}))).code).toBe('DAEMON_UNREACHABLE');
    node.request = requestTo(() => ({ inject: async () => ({ statusCode: 200, payload: '{"item":{}}\n' }) }) as unknown as FastifyInstance);
    expect(await failureOf(client.stream('stop', SAMPLES.stop, () => {}))).toMatchObject({
      code: 'DAEMON_UNREACHABLE',
      text: { why: 'it closed the connection before it answered' },
    });
    const refused = Object.assign(new Error('connect ENOENT /no/such/socket'), { code: 'ENOENT' });
    node.request = requestTo(() => ({ inject: () => Promise.reject(refused) }) as unknown as FastifyInstance);
    expect(await failureOf(client.call('hello', {}))).toMatchObject({ code: 'DAEMON_UNREACHABLE', text: { why: 'ENOENT' } });
  });
});
