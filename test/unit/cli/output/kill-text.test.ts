import { expect, test } from 'vitest';
import { RmqdevError } from '../../../../src/base/errors.js';
import { textOutput } from '../../../../src/cli/output/text-output.js';
import type { KillItem } from '../../../../src/contract/events.js';
import { Printed } from '../../../fakes/status.js';

/** @returns the lines of stdout and of stderr. */
function said(say: (output: ReturnType<typeof textOutput>) => void): { out: string[]; err: string[] } {
  const [stdout, stderr] = [new Printed(), new Printed()];
  say(textOutput(stdout.stream, stderr.stream));
  return { out: stdout.lines, err: stderr.lines };
}
const kill = (...items: KillItem[]) =>
  said((output) => {
    for (const item of items) output.kill(item);
    output.killed();
  }).out;

type Verdict = Extract<KillItem, { event: 'verdict' }>;
const verdict = (settings: Partial<Verdict> = {}): Verdict => ({
  event: 'verdict',
  node: 'broker-a',
  role: 'broker',
  tMs: 150,
  promoted: null,
  actingMaster: null,
  writable: false,
  writableOn: ['broker-b'],
  readableFrom: 'broker-a-s',
  missingTopics: [],
  routedBy: ['namesrv-1', 'namesrv-2'],
  routeUnknownOn: [],
  proxiedBy: [],
  controllers: null,
  next: ['rmqdev start broker-a -c 2m2s', 'rmqdev status -c 2m2s'],
  ...settings,
});

test('what happens after a kill, on one clock', () => {
  expect(
    kill(
      { event: 'signalled', node: 'broker-a', signal: 'SIGKILL', pid: 4_242, tMs: 0 },
      { event: 'exited', node: 'broker-a', code: null, signal: 'SIGKILL', tMs: 12 },
      { event: 'routeChanged', node: 'broker-a', namesrv: '127.0.0.1:9876', master: null, tMs: 94 },
      { event: 'exited', node: 'broker-a', code: 143, signal: null, tMs: 1_234 },
      { event: 'exited', node: 'broker-a', code: null, signal: null, tMs: 10_000 },
    ),
  ).toEqual([
    '   0.000 s  broker-a (pid 4242) was sent SIGKILL',
    '   0.012 s  broker-a is gone (SIGKILL)',
    '   0.094 s  NameServer 127.0.0.1:9876 has dropped broker-a',
    '   1.234 s  broker-a is gone (exit status 143)',
    '  10.000 s  broker-a is gone (exit status unknown)',
  ]);
});

test('the verdict on a fixed pair: no new master, reads from the slave, sends to the other master, how to bring it back', () => {
  expect(kill(verdict())).toEqual([
    '   0.150 s  no new master: nobody takes its sends until it is back',
    '            its messages are read from broker-a-s',
    '            sends still go to broker-b',
    '            NameServers that answer: namesrv-1, namesrv-2',
    '',
    'Next:  rmqdev start broker-a -c 2m2s   rmqdev status -c 2m2s',
  ]);
});

test.each<[string, Partial<Verdict>, string[], string[]]>([
  [
    'a new master',
    { promoted: 'broker-a-n1', writable: true, writableOn: ['broker-a-n1'] },
    ['broker-a-n1 is the new master'],
    ['no new master'],
  ],
  [
    'a slave',
    { node: 'broker-a-s', writable: true, writableOn: ['broker-a', 'broker-b'], readableFrom: 'broker-a' },
    ['sends still go to broker-a, broker-b'],
    ['master'],
  ],
  [
    'the last broker',
    { writableOn: [], readableFrom: null },
    ['no broker of the cluster takes sends', 'its messages cannot be read now'],
    ['sends still go'],
  ],
  ['topics that the slave lacks', { missingTopics: ['A', 'B'] }, ['but broker-a-s does not know A, B yet'], []],
  [
    'a NameServer',
    { node: 'namesrv-1', role: 'namesrv', writable: true, routedBy: ['namesrv-2'] },
    ['NameServers that answer: namesrv-2', 'messages are read from'],
    ['master', 'its messages'],
  ],
  [
    'the last NameServer and no broker',
    { node: 'namesrv-1', role: 'namesrv', writableOn: [], routedBy: [] },
    ['NameServers that answer: none'],
    ['new master'],
  ],
])('the verdict on %s', (_, settings, there, notThere) => {
  const text = kill(verdict(settings)).join('\n');
  for (const part of there) expect(text).toContain(part);
  for (const part of notThere) expect(text).not.toContain(part);
});

test('several nodes: one verdict, and one way back', () => {
  const lost = { writable: false, writableOn: [], readableFrom: null };
  const both = ['broker-a', 'broker-b'].map((node) =>
    verdict({ ...lost, node, next: [`rmqdev start ${node} -c 2m2s`, 'rmqdev status -c 2m2s'] }),
  );
  expect(
    kill(
      ...both,
      verdict({
        ...lost,
        node: 'namesrv-2',
        role: 'namesrv',
        routedBy: ['namesrv-1'],
        next: ['rmqdev start namesrv-2 -c 2m2s', 'rmqdev status -c 2m2s'],
      }),
    ),
  ).toEqual([
    '   0.150 s  broker-a, broker-b: no new master: nobody takes sends until one is back',
    '            broker-a, broker-b: messages cannot be read now',
    '            no broker of the cluster takes sends',
    '            NameServers that answer: namesrv-1',
    '',
    'Next:  rmqdev start broker-a broker-b namesrv-2 -c 2m2s   rmqdev status -c 2m2s',
  ]);
});

test('several controllers: who leads is told once', () => {
  const controllers = { leader: null, answering: ['controller-3'], total: 3, needed: 2 };
  const of = (node: string) => verdict({ node, role: 'controller', controllers, writable: true, readableFrom: 'broker-a' });
  const lines = kill(of('controller-1'), of('controller-2'));
  expect(lines.filter((line) => line.includes('controllers:'))).toHaveLength(1);
  expect(lines.filter((line) => line.includes('messages'))).toEqual([expect.stringContaining('messages are read from broker-a')]);
});

test('an error is three parts on stderr, and no stack', () => {
  const error = new RmqdevError('PORT_IN_USE', {
    what: 'broker-a cannot start',
    why: 'port 10911 is taken;\nsee below',
    next: 'End pid 7',
  });
  const { out, err } = said((output) => output.error(error, false));
  expect(out).toEqual(['']);
  expect(err).toEqual(['error broker-a cannot start', '  why:  port 10911 is taken;', '        see below', '  next: End pid 7']);
});

test('--verbose adds the stack and that of the cause', () => {
  const error = new RmqdevError('INTERNAL', { what: 'a', why: 'b', next: 'c' }, { cause: new TypeError('x is not a function') });
  const text = said((output) => output.error(error, true)).err.join('\n');
  expect(text).toMatch(/RmqdevError: a: b\. c\n\s+at [\s\S]*caused by TypeError: x is not a function\n\s+at /);
});

test('down says that it is down, why that is sure, and what is left', () => {
  const result = { cluster: '2m2s', tookMs: 1_500, proof: ['no process left', 'no port left (9876)'], deleted: null };
  expect(said((output) => output.down(result)).out).toEqual([
    '2m2s is down after 1.5s: no process left; no port left (9876).',
    'Its data stays; `rmqdev start all -c 2m2s` brings it back as it was, on the same ports.',
  ]);
  expect(said((output) => output.down({ ...result, deleted: '/h/clusters/2m2s' })).out.at(-1)).toBe('Deleted /h/clusters/2m2s.');
});

test('a log record: time, node, level, text; the lines of a trace below it', () => {
  const record = { node: 'broker-a', file: 'broker.log', at: '2020-01-01T00:00:00.000Z', level: 'ERROR', text: 'main - failed\n\tat x' };
  const { out } = said((output) => output.log(record));
  expect(out[0]).toMatch(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} broker-a ERROR main - failed$/);
  expect(out[1]).toBe('    \tat x');
});

test('nothing to show says so', () => {
  expect(said((output) => output.clusters({ clusters: [], broken: [], recovered: [] })).out).toEqual([
    'No cluster yet. Start one: `rmqdev up 2m2s`',
  ]);
  expect(said((output) => output.leftovers({ leftovers: [], removed: true })).out).toEqual(['Nothing to clean.']);
});

test.each([
  ['one leads', { leader: 'controller-1', answering: ['controller-1', 'controller-3'] }, 'controllers: controller-1 leads, 2 of 3 answer'],
  [
    'too few are left',
    { leader: null, answering: ['controller-1'] },
    'controllers: none leads (1 of 3 answers, and 2 are needed to elect one): no failover is possible until one does',
  ],
  [
    'none is elected yet',
    { leader: null, answering: ['controller-1', 'controller-3'] },
    'controllers: none leads (2 of 3 answer): no failover is possible until one does',
  ],
])('controllers of which %s', (_, settings, line) => {
  const controllers = { total: 3, needed: 2, ...settings };
  expect(kill(verdict({ node: 'controller-2', role: 'controller', controllers })).map((text) => text.trim())).toContain(line);
});
