import { expect, test } from 'vitest';
import * as broker from '../../../src/remoting/broker-api.js';
import { RemotingClient } from '../../../src/remoting/client.js';
import type { OutgoingCommand, RemotingCommand } from '../../../src/remoting/frame.js';
import * as namesrv from '../../../src/remoting/namesrv-api.js';
import { ResponseError } from '../../../src/remoting/response.js';
import { encodeRecord } from '../../unit/remoting/stored-record.js';
import { FrameServer } from './frame-server.js';

const { signal } = new AbortController();
const message = { topic: 'Test', queueId: 1, body: Buffer.from('hello'), producerGroup: 'producers' };

async function against<T>(
  response: Partial<OutgoingCommand>,
  ask: (client: RemotingClient, address: string) => Promise<T>,
): Promise<{ result: PromiseSettledResult<T>; request: RemotingCommand }> {
  await using server = await FrameServer.listen((_request, answer) => answer(response));
  using client = new RemotingClient();
  const [result] = await Promise.allSettled([ask(client, server.address)]);
  return { result, request: server.requests[0] as RemotingCommand };
}

const bodyOf = (text: string): Partial<OutgoingCommand> => ({ body: Buffer.from(text) });

test('a route as 4.4.0 writes it, with bare integer keys, gives the addresses by broker id', async () => {
  const body = `{"brokerDatas":[{"brokerAddrs":{0:"127.0.0.1:10911",1:"127.0.0.1:10921"},"brokerName":"broker-a","cluster":"c"}],
    "filterServerTable":{},"queueDatas":[{"brokerName":"broker-a","perm":6,"readQueueNums":4,"topicSynFlag":0,"writeQueueNums":4}]}`;
  const { result, request } = await against(bodyOf(body), (client, at) => namesrv.getTopicRoute(client, at, 'broker-a', signal));
  expect(result).toMatchObject({
    value: {
      brokerDatas: [
        {
          cluster: 'c',
          brokerName: 'broker-a',
          brokerAddrs: new Map([
            [0, '127.0.0.1:10911'],
            [1, '127.0.0.1:10921'],
          ]),
        },
      ],
      queueDatas: [{ brokerName: 'broker-a', perm: 6, readQueueNums: 4, writeQueueNums: 4 }],
    },
  });
  expect(request).toMatchObject({ code: 105, extFields: { topic: 'broker-a', acceptStandardJsonOnly: 'true' } });
});

test('a topic without a route is undefined, another failure is a ResponseError', async () => {
  const ask = (client: RemotingClient, at: string) => namesrv.getTopicRoute(client, at, 'None', signal);
  expect((await against({ code: 17, remark: 'No topic route info' }, ask)).result).toEqual({ status: 'fulfilled', value: undefined });
  const { result } = await against({ code: 1, remark: 'name server not ready' }, ask);
  expect(result).toMatchObject({
    reason: {
      code: 1,
      message: expect.stringMatching(/^127.*:\d+ answered GET_ROUTEINFO_BY_TOPIC with code 1 SYSTEM_ERROR: name server not ready$/),
    },
  });
});

test('an empty NameServer has no brokers, clusters and topics', async () => {
  const empty = bodyOf('{"brokerAddrTable":{},"clusterAddrTable":{}}');
  expect((await against(empty, (client, at) => namesrv.getClusterInfo(client, at, signal))).result).toMatchObject({
    value: { brokers: new Map(), clusters: new Map() },
  });
  expect((await against(bodyOf('{"topicList":[]}'), (client, at) => namesrv.getTopicList(client, at, signal))).result).toMatchObject({
    value: [],
  });
});

test('a body that is not what the code promises is refused with the name of the node', async () => {
  const ask = (client: RemotingClient, at: string) => namesrv.getClusterInfo(client, at, signal);
  for (const text of ['<html>', '{"brokerAddrTable":{"a":{}}}']) {
    expect((await against(bodyOf(text), ask)).result).toMatchObject({
      reason: { message: expect.stringMatching(/^127\.0\.0\.1:\d+ answered GET_BROKER_CLUSTER_INFO with a body that cannot be read: ./) },
    });
  }
});

test('runtime info carries the commitlog offset as a number', async () => {
  const body = bodyOf('{"table":{"commitLogMaxOffset":"4096","brokerVersionDesc":"V5_5_0","putTps":"0.0 0.0 0.0"}}');
  const { result } = await against(body, (client, at) => broker.getRuntimeInfo(client, at, signal));
  expect(result).toMatchObject({ value: { commitLogMaxOffset: 4096, brokerVersionDesc: 'V5_5_0' } });
  expect(result.status === 'fulfilled' && result.value.table.get('putTps')).toBe('0.0 0.0 0.0');
});

test.each([0, 10, 11, 12])('a send that is answered with %i is a result', async (code) => {
  const stored = { code, extFields: { msgId: 'ABC', queueId: '1', queueOffset: '42' } };
  const { result, request } = await against(stored, (client, at) =>
    broker.sendMessage(client, at, { ...message, tags: 'TagA', keys: 'k', delayLevel: 3, properties: { own: 'x' } }, signal),
  );
  expect(result).toMatchObject({ value: { code, msgId: 'ABC', queueId: 1, queueOffset: 42 } });
  expect(request).toMatchObject({
    code: 310,
    body: message.body,
    extFields: { a: 'producers', b: 'Test', c: 'TBW102', d: '4', e: '1', i: 'own\x01x\x02TAGS\x01TagA\x02KEYS\x01k\x02DELAY\x013\x02' },
  });
});

test.each([1, 2, 13, 14, 16, 17])('a send that is answered with %i throws', async (code) => {
  const { result } = await against({ code, remark: 'why' }, (client, at) => broker.sendMessage(client, at, message, signal));
  expect(result).toMatchObject({ status: 'rejected', reason: { code, remark: 'why' } });
  expect(result.status === 'rejected' && result.reason).toBeInstanceOf(ResponseError);
});

const pullFields = { nextBeginOffset: '8', minOffset: '0', maxOffset: '9' };
const pull = (client: RemotingClient, at: string) =>
  broker.pullMessages(client, at, { topic: 'Test', queueId: 1, offset: 7, maxMessages: 32, consumerGroup: 'readers' }, signal);

test('a pull decodes its messages and asks without a subscription of its group', async () => {
  const host = Buffer.of(127, 0, 0, 1);
  const fields = {
    topic: 'Test',
    queueId: 1,
    queueOffset: 7,
    physOffset: 99,
    body: message.body,
    propertiesText: '',
    sysFlag: 0,
    isV2: false,
  };
  const body = encodeRecord({ ...fields, bornTimestamp: 1, storeTimestamp: 2, bornIp: host, storeIp: host, storePort: 10911 });
  const { result, request } = await against({ extFields: pullFields, body }, pull);
  expect(result).toMatchObject({ value: { code: 0, nextBeginOffset: 8, minOffset: 0, maxOffset: 9, messages: [{ queueOffset: 7 }] } });
  expect(request).toMatchObject({ code: 11, extFields: { sysFlag: '4', subscription: '*', commitOffset: '0', queueOffset: '7' } });
});

test.each([19, 20, 21])('a pull that is answered with %i is a result without messages', async (code) => {
  expect((await against({ code, extFields: pullFields }, pull)).result).toMatchObject({
    value: { code, nextBeginOffset: 8, messages: [] },
  });
});

test('a group is made from its name alone, a topic with read and write', async () => {
  const group = await against({}, (client, at) => broker.createSubscriptionGroup(client, at, { groupName: 'readers' }, signal));
  expect(JSON.parse(group.request.body.toString())).toEqual({ groupName: 'readers' });
  const topic = await against({}, (client, at) =>
    broker.createTopic(client, at, { topic: 'Test', readQueueNums: 8, writeQueueNums: 8 }, signal),
  );
  expect(topic.request.extFields).toMatchObject({ topic: 'Test', perm: '6', topicFilterType: 'SINGLE_TAG', order: 'false' });
});
