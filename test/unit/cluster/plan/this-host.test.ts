import { expect, test } from 'vitest';
import type { RmqdevError } from '../../../../src/base/errors.js';
import { type HostRequest, settleHost } from '../../../../src/cluster/plan/this-host.js';
import { profileOf } from '../../../fakes/cluster.js';

const HOSTS = [
  { name: 'a', address: '172.17.160.28' },
  { name: 'b', address: '172.17.160.29' },
];
const ETH0 = { name: 'eth0', address: '172.17.160.29' };
const LOOPBACK = { name: 'lo', address: '127.0.0.1' };

const settle = (request: Partial<HostRequest> = {}, hosts = HOSTS) =>
  settleHost({
    profile: { ...profileOf(), name: 'crossed', hosts },
    asked: undefined,
    before: undefined,
    isRunning: false,
    interfaces: [LOOPBACK, ETH0],
    resolve: async (name) => [name],
    ...request,
  });
const errorOf = (promise: Promise<unknown>): Promise<RmqdevError> =>
  promise.then(
    () => expect.fail('no error'),
    (error) => error,
  );

test('the address tells which host this is; --host and what it was before come first', async () => {
  expect(await settle()).toBe('b');
  expect(await settle({ before: 'b' })).toBe('b');
  expect(await settle({ asked: 'b', before: 'a' })).toBe('b');
  expect(await settle({}, [])).toBeUndefined();
});

test('several hosts with an address of this machine: somebody must say which', async () => {
  const hosts = [
    { name: 'a', address: '127.0.0.1' },
    { name: 'b', address: '127.0.0.2' },
  ];
  expect(await settle({ asked: 'a' }, hosts)).toBe('a');
  expect(await errorOf(settle({}, hosts))).toMatchObject({ code: 'HOST_UNKNOWN', text: { next: 'Say which: --host a' } });
});

test('an address that this machine does not have is refused, with those that it has', async () => {
  const error = await errorOf(settle({ asked: 'a' }));
  expect(error.code).toBe('HOST_NOT_HERE');
  expect(error.text.why).toBe('host a has the address 172.17.160.28, and this machine has 172.17.160.29 (eth0)');
  expect(error.text.next).toContain('--set hosts.a=172.17.160.29');
});

test('no host here, an unknown one, and --host without hosts', async () => {
  expect((await errorOf(settle({ interfaces: [LOOPBACK] }))).text).toMatchObject({
    why: 'it has no address but 127.0.0.1; the hosts are a (172.17.160.28), b (172.17.160.29)',
    next: expect.stringContaining('--set hosts.a=<address> --set hosts.b=<address>'),
  });
  expect(await errorOf(settle({ asked: 'c' }))).toMatchObject({ code: 'HOST_UNKNOWN', text: { what: 'there is no host c' } });
  expect(await errorOf(settle({ asked: 'a' }, []))).toMatchObject({ code: 'HOST_UNKNOWN' });
});

test('a host does not change under running nodes', async () => {
  const hosts = [...HOSTS, { name: 'c', address: '127.0.0.1' }];
  expect(await errorOf(settle({ asked: 'c', before: 'b', isRunning: true }, hosts))).toMatchObject({
    code: 'HOST_UNKNOWN',
    text: { why: 'its nodes run as host b' },
  });
  expect(await errorOf(settle({ before: 'b', isRunning: true }, []))).toMatchObject({
    code: 'HOST_UNKNOWN',
    text: { what: 'profile crossed has no hosts any more' },
  });
});
