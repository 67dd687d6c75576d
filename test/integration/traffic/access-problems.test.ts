import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import type { Reach } from '../../../src/remoting/client.js';
import { RequestCode, ResponseCode } from '../../../src/remoting/codes.js';
import { openAccess, routeOf } from '../../../src/traffic/cluster-access.js';
import { consume } from '../../../src/traffic/consume.js';
import { Producer } from '../../../src/traffic/producer.js';
import { sendAll } from '../../../src/traffic/send-all.js';
import { FrameServer } from '../remoting/frame-server.js';

const pem = (name: string) => readFileSync(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url), 'utf8');
const selfSigned = { cert: pem('self-signed'), key: pem('self-signed.key') };
const account = { accessKey: 'alice', secretKey: '12345678' };

/** As a broker of 5.3 and later with authorizationEnabled answers whom it does not let do that. */
const NOT_PERMITTED = {
  code: ResponseCode.NO_PERMISSION,
  remark: 'User:alice has no permission to access Topic:Test from 127.0.0.1, no matched policies.',
};

const access = (address: string, reach: Reach) =>
  openAccess({ clock: systemClock, namesrvs: [address], reach, timeoutMs: 5_000, signal: new AbortController().signal });

/** A NameServer and a broker in one: offsets are told, and whatever touches messages is refused. */
const letsNobodyIn = () =>
  FrameServer.listen(({ code }, answer, socket) => {
    const at = `127.0.0.1:${socket.localPort}`;
    if (code === RequestCode.GET_ROUTEINFO_BY_TOPIC) {
      const route = {
        brokerDatas: [{ cluster: 'C', brokerName: 'broker-a', brokerAddrs: { 0: at } }],
        queueDatas: [{ brokerName: 'broker-a', readQueueNums: 1, writeQueueNums: 1, perm: 6 }],
      };
      return answer({ body: Buffer.from(JSON.stringify(route)) });
    }
    if (code === RequestCode.GET_MIN_OFFSET) return answer({ extFields: { offset: '0' } });
    if (code === RequestCode.GET_MAX_OFFSET) return answer({ extFields: { offset: '5' } });
    answer(NOT_PERMITTED);
  });

test('a send that the account may not do ends at once with ACCESS_DENIED, which names the account and never the secret', async () => {
  await using server = await letsNobodyIn();
  using client = access(server.address, { credentials: account });
  const producer = await Producer.open(client, 'Test');
  const { problem, summary } = await sendAll(client, producer, [{ body: Buffer.from('x') }], { topic: 'Test' }, () => {});
  expect(summary.sent).toBe(0);
  expect(problem).toMatchObject({ code: 'ACCESS_DENIED', text: { why: expect.stringContaining('account alice may not do that') } });
  expect(JSON.stringify(problem?.toPayload())).not.toContain(account.secretKey);
  expect(server.requests.filter(({ code }) => code === RequestCode.SEND_MESSAGE_V2)).toHaveLength(1);
});

test.each([false, true])('a read that the account may not do ends at once with ACCESS_DENIED (follow: %s)', async (follow) => {
  await using server = await letsNobodyIn();
  using client = access(server.address, { credentials: account });
  const request = {
    topic: 'Test',
    filter: { tags: undefined, key: undefined },
    group: undefined,
    readFrom: 'master' as const,
    limit: undefined,
  };
  const from = follow ? ('last' as const) : ('first' as const);
  const reading = consume(client, { ...request, follow, from }, { message: async () => {}, notice: () => {} });
  expect(
    await reading.then(
      ({ problem }) => problem,
      (error) => error,
    ),
  ).toMatchObject({ code: 'ACCESS_DENIED' });
  expect(server.requests.filter(({ code }) => code === RequestCode.PULL_MESSAGE)).toHaveLength(1);
});

test('without an account the error says how to give one', async () => {
  const remark =
    'org.apache.rocketmq.acl.common.AclException: No accessKey is configured, org.apache.rocketmq.acl.plain.PlainPermissionManager';
  await using server = await FrameServer.listen((_, answer) => answer({ code: ResponseCode.SYSTEM_ERROR, remark }));
  using client = access(server.address, {});
  await expect(routeOf(client, 'Test')).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
    text: { next: expect.stringContaining('--credentials <file>') },
  });
});

test('plain to TLS, TLS to plain and an unknown certificate each have their own error', async () => {
  await using secure = await FrameServer.listen((_, answer) => answer({ code: ResponseCode.TOPIC_NOT_EXIST }), 0, selfSigned);
  await using plain = await FrameServer.listen(() => {});
  using plainClient = access(secure.address, {});
  await expect(routeOf(plainClient, 'Test')).rejects.toMatchObject({ code: 'TLS_REQUIRED' });
  using verifying = access(secure.address, { tls: { isVerified: true } });
  await expect(routeOf(verifying, 'Test')).rejects.toMatchObject({ code: 'CERTIFICATE_UNTRUSTED' });
  using trusting = access(secure.address, { tls: { isVerified: false } });
  expect(await routeOf(trusting, 'Test')).toBeUndefined();
  using toPlain = access(plain.address, { tls: { isVerified: false } });
  await expect(routeOf(toPlain, 'Test')).rejects.toMatchObject({ code: 'TLS_NOT_SPOKEN' });
});

test('a NameServer that only hangs up is not said to want TLS', async () => {
  await using server = await FrameServer.listen((_, __, socket) => socket.destroy());
  using client = access(server.address, {});
  await expect(routeOf(client, 'Test')).rejects.toMatchObject({ code: 'NAMESRV_UNREACHABLE' });
});
