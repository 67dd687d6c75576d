import { expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import type { NodeSpec } from '../../../src/cluster/node-spec.js';
import { brokerStartup } from '../../../src/cluster/roles/broker-startup.js';
import type { RemotingClient, RemotingResponse } from '../../../src/remoting/client.js';
import { RequestCode, ResponseCode } from '../../../src/remoting/codes.js';

const node = (id: string, settings: Partial<NodeSpec>): NodeSpec =>
  ({
    id,
    role: 'broker',
    brokerName: 'broker-a',
    config: [],
    release: { version: '5.5.0', home: '', source: '' },
    ...settings,
  }) as NodeSpec;

const namesrv = node('namesrv-1', { role: 'namesrv', brokerName: null, brokerId: null, localAddress: '127.0.0.1:1' });
const master = node('broker-a', { brokerId: 0, localAddress: '127.0.0.1:2', registeredAddress: '127.0.0.1:2' });
const slave = node('broker-a-s', { brokerId: 1, localAddress: '127.0.0.1:3', registeredAddress: '127.0.0.1:3' });

const route = `{"brokerDatas":[{"brokerAddrs":{0:"127.0.0.1:2",1:"127.0.0.1:3"},"brokerName":"broker-a","cluster":"DefaultCluster"}],"filterServerTable":{},"queueDatas":[]}`;

/** A pair in which the slave holds `held` messages, and in which the master answers request 907 with `haStatusCode`. */
function remotingWhere(haStatusCode: number, held: string): RemotingClient {
  const answer = (code: number, fields: Partial<RemotingResponse> = {}): RemotingResponse => ({
    code,
    remark: undefined,
    extFields: {},
    body: Buffer.alloc(0),
    ...fields,
  });
  const invoke = async (_address: string, request: number) => {
    if (request === RequestCode.GET_ROUTEINFO_BY_TOPIC) return answer(ResponseCode.SUCCESS, { body: Buffer.from(route) });
    if (request === RequestCode.GET_MAX_OFFSET) return answer(ResponseCode.SUCCESS, { extFields: { offset: held } });
    if (request === RequestCode.SEND_MESSAGE_V2) return answer(ResponseCode.SUCCESS, { extFields: { queueId: '0', queueOffset: '6' } });
    if (request === RequestCode.GET_BROKER_HA_STATUS) return answer(haStatusCode);
    return answer(ResponseCode.SUCCESS);
  };
  return { invoke } as unknown as RemotingClient;
}

const check = (remoting: RemotingClient) =>
  brokerStartup(slave, {
    remoting,
    clock: systemClock,
    peers: () => [namesrv, master, slave],
    isExpected: () => true,
    stage: () => {},
  }).check(new AbortController().signal);

// A roll from 4.9 to 5.5 restarts slaves first: their master is asked what only a 5.x broker knows, and answers code 3.
test('a slave of 5.x is ready beside a master that still runs 4.9 and does not know GET_BROKER_HA_STATUS', async () => {
  expect(await check(remotingWhere(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, '7'))).toEqual({ ok: true });
});

test('beside such a master it is not ready before it holds the last message', async () => {
  expect(await check(remotingWhere(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, '6'))).toMatchObject({
    ok: false,
    reason: 'broker-a-s does not hold the last message of broker-a yet',
  });
});

test('any other refusal of GET_BROKER_HA_STATUS keeps it waiting, with the reason', async () => {
  expect(await check(remotingWhere(ResponseCode.SYSTEM_ERROR, '7'))).toMatchObject({
    ok: false,
    reason: expect.stringContaining('GET_BROKER_HA_STATUS with code 1'),
  });
});
