import pc from 'picocolors';
import { expect, test } from 'vitest';
import { renderImport } from '../../../../src/cli/output/import-text.js';
import type { ImportedFinding, ImportResult } from '../../../../src/import/import-files.js';

const result = (more: Partial<ImportResult>): string =>
  renderImport(
    {
      file: '/elsewhere/mine.yaml',
      name: 'mine',
      rocketmq: '4.7.0',
      nodes: ['namesrv-1', 'broker-a'],
      hosts: [],
      findings: [],
      changes: [],
      ...more,
    },
    pc.createColors(false),
  );
const finding = (file: string, what: string, more: Partial<ImportedFinding> = {}): ImportedFinding => ({
  code: 'PATH_RELATIVE',
  severity: 'warning',
  what,
  why: 'because',
  next: 'Mend it',
  at: [{ file, line: 3, text: 'x=./y' }],
  oneMachine: false,
  changedTo: [],
  ...more,
});
const change = (file: string, line: number, key: string, to: string) => ({
  file,
  line,
  text: '',
  key,
  from: `${key}=1`,
  to,
  why: 'of this',
});

test('what is found alike is told once with each place, errors first; what only one machine makes wrong stands apart', () => {
  const text = result({
    findings: [
      finding('a.conf', 'a is relative'),
      finding('b.conf', 'b is relative'),
      finding('a.conf', 'c shares', { oneMachine: true }),
      finding('c.conf', 'it is wrong', { severity: 'error', changedTo: ['right'] }),
    ],
  });
  expect(text.split('\n')).toEqual([
    'error PATH_RELATIVE  it is wrong',
    '    c.conf:3  x=./y',
    '  why:  because',
    '  now:  right',
    'warning PATH_RELATIVE  a is relative, and 1 more like it',
    '    a.conf:3  x=./y',
    '    b.conf:3  x=./y',
    '  why:  because',
    '  next: Mend it',
    'Would clash, because everything runs on one machine now:',
    'warning PATH_RELATIVE  c shares',
    '    a.conf:3  x=./y',
    '  why:  because',
    '  now:  each node has ports and a folder of its own',
    'In the files: 1 error, 2 warnings.',
    '/elsewhere/mine.yaml: namesrv-1, broker-a, for RocketMQ 4.7.0.',
    'Next: rmqdev up /elsewhere/mine.yaml',
  ]);
});

test('changes that repeat are one, with the lines of each file; a single one is a line; what a finding tells is not said again', () => {
  const text = result({
    name: 'mine-2',
    findings: [finding('a.conf', 'x', { changedTo: ['y'] })],
    changes: [
      change('a.conf', 8, 'storePathRootDir', 'the folder'),
      change('a.conf', 9, 'storePathCommitLog', 'the folder'),
      change('b.conf', 4, 'storePathRootDir', 'the folder'),
      change('b.conf', 5, 'brokerIP1', '127.0.0.1'),
      change('a.conf', 3, 'x', 'y'),
      { ...change('rmq-proxy.json', 1, 'x', 'left out'), line: null, key: null, from: 'a proxy' },
    ],
  });
  expect(text.split('\n').slice(4)).toEqual([
    'Changed for this machine:',
    '  storePathRootDir, storePathCommitLog → the folder: of this',
    '      a.conf:8, 9',
    '      b.conf:4',
    '  b.conf:5  brokerIP1=1 → 127.0.0.1: of this',
    '  rmq-proxy.json  a proxy → left out: of this',
    'In the files: 0 errors, 1 warning.',
    '/elsewhere/mine.yaml: namesrv-1, broker-a, for RocketMQ 4.7.0.',
    'Next: rmqdev up /elsewhere/mine.yaml --name mine-2',
  ]);
});

test('the command for each host', () => {
  const hosts = [
    { name: 'a', address: '10.0.0.1' },
    { name: 'b', address: '10.0.0.2' },
  ];
  expect(result({ hosts })).toContain(`Next, on each host:
  10.0.0.1: rmqdev up /elsewhere/mine.yaml --host a
  10.0.0.2: rmqdev up /elsewhere/mine.yaml --host b`);
});
