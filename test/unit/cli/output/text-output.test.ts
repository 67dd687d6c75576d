import { expect, test } from 'vitest';
import { planSummary } from '../../../../src/cli/output/plan-text.js';
import { renderStatus } from '../../../../src/cli/output/status-table.js';
import { colorsFor } from '../../../../src/cli/output/terminal.js';
import { textOutput } from '../../../../src/cli/output/text-output.js';
import { clusterStatus as cluster, nodeStatus as node, Printed, plannedNode, planOf } from '../../../fakes/status.js';

const plain = colorsFor(new Printed().stream);
const NOW = Date.parse('2026-11-20T12:00:00.000Z');

const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

test('the status fits 80 columns: what tells least goes first, node, role, state, pid, ports and replication stay', () => {
  const status = cluster(node({}), node({ id: 'broker-a-s', brokerId: 1, liveRole: 'slave' }));
  const narrow = renderStatus(status, plain, NOW, 80);
  expect(widest(narrow)).toBeLessThanOrEqual(80);
  for (const shown of ['broker-a-s', 'slave', 'ready', '4194304', '10911 fast 10909 ha 10912', 'in sync']) expect(narrow).toContain(shown);
  expect(narrow).not.toContain('DISK');
});

test('a pipe has no width: every column is there', () => {
  const text = renderStatus(cluster(node({})), plain, NOW);
  for (const title of ['UPTIME', 'RESTARTS', 'MEMORY', 'CPU', 'REGISTERED', 'SYNC', 'DISK']) expect(text).toContain(title);
});

test('a node that is paused or was killed on purpose comes with the command that brings it back', () => {
  const lastExit = {
    at: '2026-11-20T11:59:57.000Z',
    notBefore: null,
    code: null,
    signal: 'SIGKILL',
    cause: 'killed-by-user',
    finding: null,
    detail: null,
  } as const;
  const text = renderStatus(
    cluster(node({ state: 'stopped', liveRole: null, lastExit }), node({ id: 'broker-b', state: 'paused', reason: 'paused by the user' })),
    plain,
    NOW,
  );
  expect(text).toContain('broker-a last ended 3.0s ago: killed by `rmqdev kill` (SIGKILL); `rmqdev start broker-a` brings it back');
  expect(text).toContain('broker-b is paused: `rmqdev resume broker-b` continues it');
});

test('up says before it begins what changes, once for all nodes that share it', () => {
  const plan = planOf(
    plannedNode('namesrv-1', 'namesrv', ['RocketMQ 4.9.7 → 5.5.0']),
    plannedNode('broker-a', 'ASYNC_MASTER', ['RocketMQ 4.9.7 → 5.5.0']),
    plannedNode('broker-b', 'ASYNC_MASTER'),
  );
  expect(planSummary(plan, plain).split('\n')).toEqual([
    'dev  1 NameServer, 2 brokers, RocketMQ 5.5.0, JDK 17, about 1.0 MB',
    '  namesrv-1, broker-a: RocketMQ 4.9.7 → 5.5.0',
  ]);
});

test('an event names its node once', () => {
  const stdout = new Printed();
  const output = textOutput(stdout.stream, new Printed().stream);
  const event = { seq: 1, at: '2026-11-20T12:00:00.000Z', cluster: '2m2s', type: 'node-ready' };
  output.event({ ...event, node: 'broker-a', message: 'broker-a is ready' });
  output.event({ ...event, node: 'broker-a', message: 'a class archive was made' });
  output.event({ ...event, node: null, message: 'ready after 3.7 s' });
  expect(stdout.lines.map((line) => line.replace(/^.*?\d\.\d{3} {2}/, ''))).toEqual([
    'broker-a is ready',
    'broker-a: a class archive was made',
    'ready after 3.7 s',
  ]);
});

test('a line of a log cannot steer the terminal; the indent of a stack trace stays', () => {
  const stdout = new Printed();
  const line = { node: 'broker-a', file: '/logs/broker.log', at: null, level: 'WARN' };
  textOutput(stdout.stream, new Printed().stream).log({ ...line, text: 'topic \u001b[2Jx\u202e\r\u0007\n\tat \u009b31mA.java' });
  expect(stdout.lines).toEqual(['broker-a WARN  topic \\x1b[2Jx\\u202e\\r\\x07', '    \tat \\x9b31mA.java']);
});

test('what the progress has told is not said again under the status; what only the status knows is', () => {
  const stderr = new Printed();
  const output = textOutput(new Printed().stream, stderr.stream);
  const started = { ...cluster(node({})), notices: ['topics.json of broker-a is damaged', 'the state was recovered'] };
  output.progress({ event: 'notice', message: 'topics.json of broker-a is damaged' });
  output.changed('Started all', started);
  expect(stderr.lines).toEqual(['note: topics.json of broker-a is damaged', 'note the state was recovered']);
});
