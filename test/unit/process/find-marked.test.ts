import { expect, test } from 'vitest';
import { findMarked } from '../../../src/process/find-marked.js';
import type { Platform, ProcessRow } from '../../../src/process/platform.js';

const MARKER = '-Drmqdev.node=/home/alex/my clusters/2m2s/broker-a';

const platformWith = (rows: ProcessRow[]) =>
  ({
    processTable: async () => rows,
    startTimes: async (pids: readonly number[]) => new Map(pids.map((pid) => [pid, `start of ${pid}`])),
  }) as Partial<Platform> as Platform;

test.each([
  ['arguments', (args: string[]): Partial<ProcessRow> => ({ args })],
  ['text alone', (): Partial<ProcessRow> => ({})],
])('finds the node itself, not its namesake, from %s', async (_, extra) => {
  const row = (pid: number, args: string[]): ProcessRow => ({ pid, ppid: 1, command: args.join(' '), ...extra(args) });
  const rows = [
    row(1, ['java', MARKER, 'org.apache.rocketmq.broker.BrokerStartup']),
    row(2, ['java', `${MARKER}-s`, 'org.apache.rocketmq.broker.BrokerStartup']),
    row(3, ['vi', `x${MARKER}`]),
    row(4, ['java', MARKER]),
  ];
  expect(await findMarked(platformWith(rows), MARKER)).toEqual([
    { pid: 1, startTime: 'start of 1' },
    { pid: 4, startTime: 'start of 4' },
  ]);
});
