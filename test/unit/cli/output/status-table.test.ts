import { expect, test } from 'vitest';
import { exitText, renderStatus } from '../../../../src/cli/output/status-table.js';
import { colorsFor } from '../../../../src/cli/output/terminal.js';
import type { ExitRecord, NodeStatus } from '../../../../src/contract/status.js';
import { clusterStatus, nodeStatus, Printed } from '../../../fakes/status.js';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const render = (...nodes: NodeStatus[]) => renderStatus(clusterStatus(...nodes), colorsFor(new Printed().stream), NOW);

/** The cells of a node's row by their titles. */
function cells(settings: Partial<NodeStatus>): Record<string, string> {
  const [, head = '', row = ''] = render(nodeStatus(settings)).split('\n');
  const titles = [...head.matchAll(/\S+/g)];
  return Object.fromEntries(
    titles.map((title, i) => [title[0], row.slice(title.index, titles[i + 1]?.index ?? row.length).trim()] as const),
  );
}

test('a master in sync, in full', () => {
  expect(cells({})).toEqual({
    NODE: 'broker-a',
    ROLE: 'master',
    STATE: 'ready',
    PID: '4194304',
    PORTS: '10911 fast 10909 ha 10912',
    UPTIME: '2h 10m',
    RESTARTS: '0',
    MEMORY: '131 MB',
    CPU: '3%',
    REGISTERED: '2 NS',
    SYNC: 'in sync',
    DISK: '64.0 KB',
  });
});

test('the headline and the address to paste', () => {
  const lines = render(nodeStatus()).split('\n');
  expect(lines[0]).toBe('2m2s  ready  RocketMQ 5.5.0, JDK 17');
  expect(lines.at(-1)).toBe('namesrvAddr  127.0.0.1:9876;127.0.0.1:9877');
});

test.each<[string, Partial<NodeStatus>, Record<string, string>]>([
  [
    'a NameServer',
    { role: 'namesrv', brokerId: null, liveRole: null, ports: { listen: 9876 } },
    { ROLE: 'NameServer', PORTS: '9876', REGISTERED: '-' },
  ],
  ['a slave with more than its master', { brokerId: 1, inSync: false, lagBytes: -1_536 }, { SYNC: '1.5 KB ahead' }],
  ['a slave that lags', { brokerId: 1, liveRole: 'slave', inSync: false, lagBytes: 1_536 }, { ROLE: 'slave', SYNC: '1.5 KB behind' }],
  ['a master without a slave in sync', { inSync: false }, { SYNC: 'no slave in sync' }],
  ['nobody to replicate with', { inSync: null }, { SYNC: '-' }],
  ['a slave that has become master', { brokerId: 1, liveRole: 'master' }, { ROLE: 'master' }],
  [
    'a node that no NameServer lists: its configured role',
    { liveRole: null, registeredWith: [] },
    { ROLE: '(master)', REGISTERED: '0 NS' },
  ],
  [
    'a stopped node',
    { state: 'stopped', pid: null, startedAt: null, rssBytes: null, cpuPercent: null, diskBytes: null },
    { STATE: 'stopped', PID: '-', UPTIME: '-', MEMORY: '-', CPU: '-', DISK: '-' },
  ],
  [
    'a debugged node',
    { ports: { listen: 10911, fast: 10909, ha: 10912, debug: 10918 } },
    { PORTS: '10911 fast 10909 ha 10912 debugger 10918' },
  ],
])('%s', (_, settings, expected) => {
  expect(cells(settings)).toMatchObject(expected);
});

test('what is not as it should be gets a sentence', () => {
  expect(render(nodeStatus({ state: 'unready', reason: 'not registered with namesrv-2' }))).toContain(
    '\n  broker-a is unready: not registered with namesrv-2\n',
  );
  expect(render(nodeStatus({ configDrift: ['flushDiskType', 'deleteWhen'] }))).toContain(
    '\n  broker-a runs with other values than its node.conf: flushDiskType, deleteWhen\n',
  );
});

const exit = (settings: Partial<ExitRecord>): ExitRecord => ({
  at: '2026-11-20T11:57:00.000Z',
  notBefore: null,
  code: null,
  signal: null,
  cause: 'crashed',
  finding: null,
  detail: null,
  ...settings,
});

test.each<[Partial<ExitRecord>, string]>([
  [{ code: 255 }, 'crashed (exit status 255)'],
  [{ signal: 'SIGSEGV' }, 'crashed (SIGSEGV)'],
  [{}, 'crashed (exit status unknown)'],
  [{ signal: 'SIGKILL', detail: 'hung: no answer to 5 probes in a row; killed' }, 'crashed (hung: no answer to 5 probes in a row; killed)'],
  [{ code: 143, cause: 'stopped-from-outside' }, 'stopped by somebody else (exit status 143)'],
  [{ signal: 'SIGKILL', cause: 'killed-from-outside' }, 'killed by somebody else (SIGKILL)'],
  [{ signal: 'SIGKILL', cause: 'killed-by-user' }, 'killed by `rmqdev kill` (SIGKILL)'],
  [{ code: 143, cause: 'stopped-by-user' }, 'stopped by rmqdev (exit status 143)'],
])('the end %o reads: %s', (settings, text) => {
  expect(exitText(exit(settings))).toBe(text);
});

test('a crash stays in the status after the restart; what the user asked for does not', () => {
  expect(render(nodeStatus({ lastExit: exit({ code: 255 }) }))).toContain('broker-a last ended 3m 00s ago: crashed (exit status 255)');
  const longAgo = new Date(NOW - 11 * 60_000).toISOString();
  expect(render(nodeStatus({ lastExit: exit({ code: 255, at: longAgo }) }))).not.toContain('last ended');
  expect(render(nodeStatus({ state: 'failed', lastExit: exit({ code: 255, at: longAgo }) }))).toContain('last ended');
  expect(render(nodeStatus({ state: 'stopped', lastExit: exit({ code: 143, cause: 'stopped-by-user' }) }))).not.toContain('last ended');
  expect(render(nodeStatus({ lastExit: exit({ signal: 'SIGKILL', cause: 'killed-by-user' }) }))).not.toContain('last ended');
});

test('no line ends in blanks and nothing but text goes into a pipe', () => {
  const text = render(nodeStatus(), nodeStatus({ id: 'b', state: 'failed', reason: 'x' }));
  expect(text).not.toMatch(/[ \t]$/m);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});

test('a state that is a word of ours is told in a sentence', () => {
  expect(render(nodeStatus({ state: 'backoff', reason: 'it crashed twice' }))).toContain(
    'broker-a waits before its next start: it crashed twice',
  );
});
