import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { RemotingClient } from '../../../src/remoting/client.js';
import { encodeFrame } from '../../../src/remoting/frame.js';
import { until } from '../../support/until.js';
import { type Answer, FrameServer } from './frame-server.js';

const never = new AbortController().signal;

describe('a client', () => {
  test('pipelines calls over one connection and pairs answers that come out of order', async () => {
    const open: [number, Answer][] = [];
    await using server = await FrameServer.listen((request, answer) => {
      open.push([request.code, answer]);
      if (open.length < 5) return;
      for (const [code, reply] of open.reverse()) reply({ remark: `answer to ${code}`, extFields: { code: String(code) } });
    });
    using client = new RemotingClient();
    const codes = [1, 2, 3, 4, 5];
    const responses = await Promise.all(codes.map((code) => client.invoke(server.address, code, { signal: never })));
    expect(responses.map(({ remark }) => remark)).toEqual(codes.map((code) => `answer to ${code}`));
    expect(server.accepted).toBe(1);
  });

  test('sends fields and body, and gives those of the answer', async () => {
    await using server = await FrameServer.listen(({ extFields, body }, answer) => answer({ code: 17, extFields, body, remark: 'no' }));
    using client = new RemotingClient();
    const body = Buffer.from('body');
    expect(await client.invoke(server.address, 310, { extFields: { topic: 'Test' }, body, signal: never })).toEqual({
      code: 17,
      remark: 'no',
      extFields: { topic: 'Test' },
      body,
    });
  });

  test('an abort ends its own call only, and the late answer is dropped', async () => {
    const answers = new Map<number, Answer>();
    await using server = await FrameServer.listen((request, answer) => answers.set(request.code, answer));
    using client = new RemotingClient();
    const abort = new AbortController();
    const aborted = client.invoke(server.address, 1, { signal: abort.signal });
    const other = client.invoke(server.address, 2, { signal: never });
    await until(() => expect(answers.size).toBe(2));
    abort.abort(new Error('not wanted any more'));
    await expect(aborted).rejects.toThrow('not wanted any more');
    answers.get(1)?.({ remark: 'late' });
    answers.get(2)?.({ remark: 'in time' });
    expect((await other).remark).toBe('in time');
    expect(server.accepted).toBe(1);
  });

  test('a mute node costs the deadline of the call and says so', async () => {
    await using server = await FrameServer.listen(() => {});
    using client = new RemotingClient();
    using deadline = systemClock.deadline(30);
    await expect(client.invoke(server.address, 28, { signal: deadline.signal })).rejects.toThrow('no answer within 30 ms');
  });

  test('a signal that has aborted before opens no connection', async () => {
    await using server = await FrameServer.listen((_request, answer) => answer());
    using client = new RemotingClient();
    await expect(client.invoke(server.address, 28, { signal: AbortSignal.abort(new Error('over')) })).rejects.toThrow('over');
    expect(client.connectionCount).toBe(0);
  });

  test('a refused connection names the address and keeps the system code', async () => {
    const { address } = await FrameServer.listen(() => {}).then(async (server) => {
      await server[Symbol.asyncDispose]();
      return server;
    });
    using client = new RemotingClient();
    await expect(client.invoke(address, 28, { signal: never })).rejects.toMatchObject({
      message: `connect ECONNREFUSED ${address}`,
      code: 'ECONNREFUSED',
      address,
      wasOpen: false,
    });
    expect(client.connectionCount).toBe(0);
  });

  const endings: [string, (socket: Socket) => void, RegExp][] = [
    ['reset', (socket) => socket.resetAndDestroy(), /^read ECONNRESET \(127\.0\.0\.1:\d+\)$/],
    // The reader may see such a reset as an ordinary end.
    ['reset in the middle of an answer', (socket) => socket.resetAndDestroy(), /ECONNRESET \(|closed by the peer$/],
    ['closed in the middle of an answer', (socket) => socket.end(), /^connection to 127\.0\.0\.1:\d+ closed by the peer$/],
    ['answered with a huge length', (socket) => socket.write(Buffer.of(0x7f, 0xff, 0xff, 0xff)), /sent garbage: .*length 2147483647/],
    ['answered in HTTP', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), /sent garbage: not a RocketMQ frame/],
  ];
  test.each(endings)(
    'a connection that is %s rejects all its calls, and the next call opens a new one',
    async (ending, finish, message) => {
      await using server = await FrameServer.listen(({ code, opaque }, answer, socket) => {
        if (code === 1) return;
        if (code === 3) return answer();
        if (ending.includes('middle'))
          socket.write(encodeFrame({ code: 0, opaque, isResponse: true }).subarray(0, 20), () => finish(socket));
        else finish(socket);
      });
      using client = new RemotingClient();
      const calls = [1, 2].map((code) => client.invoke(server.address, code, { signal: never }));
      const outcomes = await Promise.allSettled(calls);
      for (const outcome of outcomes)
        expect(outcome).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(message) } });
      expect((await client.invoke(server.address, 3, { signal: never })).code).toBe(0);
      expect(server.accepted).toBe(2);
    },
  );

  test('a request that the node sends by itself is not taken for an answer', async () => {
    await using server = await FrameServer.listen(({ opaque }, answer, socket) => {
      socket.write(encodeFrame({ code: 40, opaque, remark: 'a request' }));
      answer({ remark: 'the answer' });
    });
    using client = new RemotingClient();
    expect((await client.invoke(server.address, 34, { signal: never })).remark).toBe('the answer');
  });

  test('an idle connection is closed, one with an open call is not', async () => {
    const answers: Answer[] = [];
    await using server = await FrameServer.listen(({ code }, answer) => (code === 1 ? answer() : answers.push(answer)));
    using client = new RemotingClient({ idleMs: 30 });
    await client.invoke(server.address, 1, { signal: never });
    await until(() => expect(server.sockets.size).toBe(0));
    const held = client.invoke(server.address, 2, { signal: never });
    using deadline = systemClock.deadline(100);
    await expect(client.invoke(server.address, 3, { signal: deadline.signal })).rejects.toThrow('no answer within 100 ms');
    answers[0]?.({ remark: 'after more than the idle time' });
    expect((await held).remark).toBe('after more than the idle time');
    await until(() => expect(client.connectionCount).toBe(0));
    expect(server.accepted).toBe(2);
  });

  test('dispose rejects the open calls and closes the sockets', async () => {
    await using server = await FrameServer.listen(() => {});
    const client = new RemotingClient();
    const call = client.invoke(server.address, 28, { signal: never });
    await until(() => expect(server.requests).toHaveLength(1));
    client[Symbol.dispose]();
    await expect(call).rejects.toThrow('closed by rmqdev');
    await until(() => expect(server.sockets.size).toBe(0));
    await expect(client.invoke(server.address, 28, { signal: never })).rejects.toThrow('is closed');
  });

  test('a request too large for a node rejects and leaves the connection usable', async () => {
    await using server = await FrameServer.listen((_request, answer) => answer());
    using client = new RemotingClient();
    const tooLarge = client.invoke(server.address, 310, { body: Buffer.alloc(17 * 1024 * 1024), signal: never });
    await expect(tooLarge).rejects.toThrow('exceeds the maximum');
    expect((await client.invoke(server.address, 28, { signal: never })).code).toBe(0);
  });
});
