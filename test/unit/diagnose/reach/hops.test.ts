import { expect, test } from 'vitest';
import { type Answer, type HopFacts, hopChecks } from '../../../../src/diagnose/reach/hops.js';
import { type PortRow, portTable, type ReachNode } from '../../../../src/diagnose/reach/port-table.js';
import { readable } from '../../../fakes/preflight.js';
import { ofTheArticle, onOneMachine } from '../../../fakes/reach.js';

const OURS: Answer = { kind: 'ours' };
const OPEN: Answer = { kind: 'open' };
const SILENT: Answer = { kind: 'silent', why: 'ECONNREFUSED' };

type Seen = Partial<Omit<HopFacts, 'row'>>;

/** @param seen what is known of each port of the node; everything answers unless it says otherwise */
function hops(nodes: readonly ReachNode[], node: string, seen: (row: PortRow) => Seen = () => ({})): HopFacts[] {
  return portTable(nodes)
    .filter((row) => row.node === node)
    .map((row) => ({
      row,
      isHere: true,
      resolved: { address: row.publicAddress },
      isOwnInterface: row.publicAddress === row.ownAddress,
      atPublic: row.socket === 'ha' ? OPEN : OURS,
      atOwn: OURS,
      ...seen(row),
    }));
}

function judged(facts: readonly HopFacts[]) {
  const checks = hopChecks(facts);
  const findings = checks.flatMap((check) => check.findings);
  expect(readable(findings)).toBe(true);
  return { checks, findings, codes: findings.map(({ severity, code }) => `${severity} ${code}`) };
}

/** A pair on one machine behind NAT, as its profile advertises it. */
const behindNat = (ids = ['namesrv-1', 'broker-a', 'broker-a-s']) =>
  onOneMachine(ids, '203.0.113.9', '192.168.1.20').map((node) => ({
    ...node,
    advertise: { clients: '203.0.113.9', replication: '203.0.113.9' },
  }));

test('everything that answers is fine, and the line names the ports', () => {
  const { checks, codes } = judged(hops(ofTheArticle(), 'broker-a'));
  expect(codes).toEqual([]);
  expect(checks).toMatchObject([
    { id: 'network.advertise.broker-a', status: 'ok', summary: 'broker-a at 202.199.6.118: 10909, 10911, 10912 answer' },
  ]);
});

test('the two addresses of the article are judged one by one', () => {
  const { checks } = judged(hops(ofTheArticle(), 'broker-b'));
  expect(checks.map(({ summary }) => summary)).toEqual([
    'broker-b at 219.216.64.216: 10909, 10911 answer',
    'broker-b at 192.168.107.129: 10912 answers',
  ]);
});

test.each([
  ['ha', 10_912, 'listenPort + 1: replication to slaves', 'slaves need it'],
  ['fast', 10_909, 'listenPort - 2: sends of old clients', 'old clients need it'],
] as const)('NAT that passes P but not the %s port: the port, its purpose and the line that passes it', (socket, port, purpose, who) => {
  const facts = hops(behindNat(), 'broker-a', (row) => (row.socket === socket ? { atPublic: SILENT } : {}));
  const { findings, codes, checks } = judged(facts);
  expect(codes).toEqual(['error ADVERTISE_PORT_CLOSED']);
  expect(checks[0]?.summary).toContain(`${port} does not`);
  expect(findings[0]?.what).toContain(`port ${port} of broker-a (${purpose}`);
  expect(findings[0]?.why).toContain(who);
  expect(findings[0]?.next).toContain(`ip daddr 203.0.113.9 tcp dport ${port} dnat to 192.168.1.20:${port}`);
});

test('a firewall without NAT is opened for those who need the port', () => {
  const facts = hops(ofTheArticle(), 'broker-a', ({ socket }) => ({
    isHere: false,
    atOwn: undefined,
    ...(socket === 'ha' ? { atPublic: SILENT } : {}),
  }));
  const { findings } = judged(facts);
  expect(findings).toMatchObject([
    { code: 'ADVERTISE_PORT_CLOSED', next: expect.stringContaining('ufw allow from 192.168.107.128 to any port 10912 proto tcp') },
  ]);
});

test('a port that its own machine does not answer on is not blamed on the way', () => {
  const facts = hops(behindNat(), 'broker-a', ({ socket }) => (socket === 'ha' ? { atPublic: SILENT, atOwn: SILENT } : {}));
  expect(judged(facts).codes).toEqual([]);
});

test('hairpin: from inside nothing tells a missing forwarding from it; slaves inside make it an error', () => {
  const outside = judged(hops(behindNat(['namesrv-1', 'broker-a']), 'broker-a', () => ({ atPublic: SILENT })));
  expect(outside.codes).toEqual(['warning ADVERTISE_HAIRPIN']);
  expect(outside.findings[0]?.next).toContain('`nc -vz 203.0.113.9 10909`');

  const inside = judged(hops(behindNat(), 'broker-a', () => ({ atPublic: SILENT })));
  expect(inside.codes).toEqual(['error ADVERTISE_HAIRPIN']);
  expect(inside.findings[0]?.why).toContain('slaves on this side use that address too');
  expect(inside.findings[0]?.next).toContain('--set broker-a.advertise.replication=192.168.1.20');
});

test('a stranger at the address: another machine, or another program at home', () => {
  const stranger: Answer = { kind: 'stranger', who: 'it is broker broker-x with listenPort 10911' };
  const elsewhere = judged(hops(behindNat(), 'broker-a', ({ socket }) => (socket === 'listen' ? { atPublic: stranger } : {})));
  expect(elsewhere.codes).toEqual(['error ADVERTISE_STRANGER']);
  expect(elsewhere.findings[0]).toMatchObject({ what: '203.0.113.9:10911 is not broker-a: it is broker broker-x with listenPort 10911' });
  expect(elsewhere.findings[0]?.next).toContain('192.168.1.20:10911');

  const atHome = judged(
    hops(behindNat(), 'broker-a', ({ socket }) => (socket === 'listen' ? { atPublic: stranger, atOwn: stranger } : {})),
  );
  expect(atHome.findings[0]?.why).toBe('another program holds port 10911 on the machine of broker-a');
});

test.each([
  ['a node of this machine that does not run is only told', { atPublic: SILENT, atOwn: SILENT }, ['info ADVERTISE_NOT_RUNNING']],
  ['an address that no machine has', { atPublic: SILENT, isOwnInterface: false }, ['error ADVERTISE_UNREACHABLE']],
  ['a firewall of this machine', { atPublic: SILENT, isOwnInterface: true }, ['error ADVERTISE_UNREACHABLE']],
  ['from afar nothing answers', { atPublic: SILENT, isHere: false, atOwn: undefined }, ['error ADVERTISE_UNREACHABLE']],
  ['a name that is none', { atPublic: SILENT, resolved: { why: 'getaddrinfo ENOTFOUND' } }, ['error ADVERTISE_UNRESOLVED']],
])('%s', (_, seen, expected) => {
  expect(judged(hops(onOneMachine(['namesrv-1', 'broker-a', 'broker-a-s']), 'broker-a', () => seen)).codes).toEqual(expected);
});

test('from outside, a private address that is not ours behind the public one is no sign of life', () => {
  const facts = hops(ofTheArticle(), 'broker-b', () => ({ isHere: false, atPublic: SILENT, atOwn: SILENT }));
  expect(judged(facts.filter(({ row }) => row.publicAddress === '219.216.64.216')).findings).toMatchObject([
    {
      code: 'ADVERTISE_UNREACHABLE',
      why: expect.stringContaining('NAT forwards none of its ports'),
      next: expect.stringContaining('rmqdev ports --host vm2'),
    },
  ]);
});

test('what is wrong with an address itself is told once, and not if another check has told it', () => {
  const nodes = onOneMachine(['namesrv-1', 'broker-a', 'broker-a-s'], '127.0.0.1');
  const facts = [...hops(nodes, 'namesrv-1'), ...hops(nodes, 'broker-a')];
  expect(judged(facts).codes).toEqual(['warning ADVERTISE_LOCAL_ONLY']);
  expect(hopChecks(facts, ['127.0.0.1']).flatMap(({ findings }) => findings)).toEqual([]);
});

test('a broker that tells its clients another address', () => {
  const facts = hops(behindNat(), 'broker-a', ({ socket }) =>
    socket === 'listen' ? { atPublic: { kind: 'ours', registers: '127.0.0.1' } } : {},
  );
  expect(judged(facts).findings).toMatchObject([{ code: 'ADVERTISE_DIFFERS', what: 'broker-a tells clients 127.0.0.1, not 203.0.113.9' }]);
});
