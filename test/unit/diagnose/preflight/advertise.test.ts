import { expect, test } from 'vitest';
import { type AdvertiseFacts, judgeAdvertise, rangeOf } from '../../../../src/diagnose/preflight/advertise.js';
import { codes, readable } from '../../../fakes/preflight.js';

const LAN = { name: 'en0', address: '192.168.1.20' };
const facts = (asked: string, overrides: Partial<AdvertiseFacts> = {}): AdvertiseFacts => ({
  asked,
  address: asked,
  why: undefined,
  interfaces: [{ name: 'lo', address: '127.0.0.1' }, { name: 'docker0', address: '172.17.0.1' }, LAN],
  port: 10_911,
  listener: 'broker-a of dev',
  reached: { ok: true, tookMs: 1 },
  ...overrides,
});

test('an address of this machine that answers is fine', () => {
  expect(judgeAdvertise(facts(LAN.address))).toEqual([]);
  expect(judgeAdvertise(facts('laptop.lan', { address: LAN.address }))).toEqual([]);
});

test.each([
  ['127.0.0.1', 'loopback'],
  ['::1', 'loopback'],
  ['169.254.10.1', 'link-local'],
  ['100.64.0.1', 'carrier'],
  ['100.127.255.254', 'carrier'],
  ['100.128.0.1', 'public'],
  ['10.1.2.3', 'private'],
  ['172.31.0.1', 'private'],
  ['172.32.0.1', 'public'],
  ['192.168.0.1', 'private'],
  ['203.0.113.9', 'public'],
  ['fd00::1', 'IPv6'],
])('%s is %s', (address, range) => {
  expect(rangeOf(address)).toBe(range);
});

test('loopback, link-local and container bridges reach this machine only; the fix names an address that others could reach', () => {
  for (const address of ['127.0.0.1', '169.254.10.1', '172.17.0.1']) {
    const findings = judgeAdvertise(facts(address));
    expect(findings, address).toMatchObject([
      { code: 'ADVERTISE_LOCAL_ONLY', severity: 'warning', next: expect.stringContaining('--set advertise=192.168.1.20` (en0)') },
    ]);
    expect(readable(findings)).toBe(true);
  }
  expect(judgeAdvertise(facts('172.17.0.1'))[0]?.why).toContain('docker0');
});

test('an address that this machine does not have needs forwarding, or a VPN', () => {
  expect(judgeAdvertise(facts('203.0.113.9'))).toMatchObject([
    { code: 'ADVERTISE_NOT_OURS', why: expect.stringContaining('listenPort - 2') },
  ]);
  expect(judgeAdvertise(facts('100.101.1.1'))).toMatchObject([{ why: expect.stringContaining('Tailscale') }]);
});

test('a name that is none here', () => {
  const findings = judgeAdvertise(
    facts('nowhere.invalid', { address: undefined, why: 'getaddrinfo ENOTFOUND nowhere.invalid', reached: undefined }),
  );
  expect(codes(findings)).toEqual(['error ADVERTISE_UNRESOLVED']);
  expect(findings[0]?.why).toContain('ENOTFOUND');
});

test('a connection that does not arrive is an error at an own address; elsewhere the router may be the reason', () => {
  const reached = { ok: false, why: 'ECONNREFUSED' } as const;
  expect(judgeAdvertise(facts(LAN.address, { reached }))).toMatchObject([
    {
      code: 'ADVERTISE_UNREACHABLE',
      severity: 'error',
      what: 'a connection from here to 192.168.1.20:10911 does not reach broker-a of dev',
    },
  ]);
  expect(codes(judgeAdvertise(facts('203.0.113.9', { reached })))).toEqual(['warning ADVERTISE_NOT_OURS', 'warning ADVERTISE_UNREACHABLE']);
});

test('a machine with no address that others could reach', () => {
  const findings = judgeAdvertise(facts('127.0.0.1', { interfaces: [{ name: 'lo', address: '127.0.0.1' }] }));
  expect(findings[0]?.next).toContain('connect it to a network first');
});
