import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseLsof, parseProcessState, parsePs, parseStartTimes, parseVmStat } from '../../../src/process/darwin-output.js';

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/darwin/${name}`, import.meta.url), 'utf8');

test('lsof: each listening port once per process, IPv4, IPv6 and loopback', () => {
  expect(parseLsof(fixture('lsof.txt'))).toEqual([
    { port: 7000, pid: 652, command: 'ControlCe', user: 'alex' },
    { port: 5000, pid: 652, command: 'ControlCe', user: 'alex' },
    { port: 10911, pid: 4242, command: 'java', user: 'alex' },
    { port: 10909, pid: 4242, command: 'java', user: 'alex' },
    { port: 9222, pid: 4300, command: 'Google C', user: 'alex' },
  ]);
});

test('lsof: nothing listens', () => {
  expect(parseLsof('')).toEqual([]);
});

test('ps: pid, parent and the whole command line', () => {
  const rows = parsePs(fixture('ps.txt'));
  expect(rows.map(({ pid, ppid }) => [pid, ppid])).toEqual([
    [1, 0],
    [473, 1],
    [4242, 1],
    [4243, 1],
  ]);
  expect(rows[0]?.command).toBe('/sbin/launchd');
  expect(rows[2]?.command).toMatch(/^\/Library\/.*nodes\/broker-a org\.apache\.rocketmq\.broker\.BrokerStartup$/);
});

test('start times: a zombie has none', () => {
  expect(parseStartTimes(fixture('start-times.txt'))).toEqual(
    new Map([
      [1, 'Mon Nov  2 07:15:01 2026'],
      [4242, 'Fri Nov 20 12:00:00 2026'],
    ]),
  );
});

test('vm_stat: free, inactive and speculative pages, in the page size that it names', () => {
  const text = fixture('vm-stat.txt');
  const pages = 6_127_229 + 628_646 + 430_715;
  expect(parseVmStat(text)).toBe(pages * 4_096);
  expect(parseVmStat(text.replace('4096', '16384'))).toBe(pages * 16_384);
});

test('a process that waits in the kernel is uninterruptible', () => {
  expect(parseProcessState('U+   4006\n')).toEqual({ word: 'uninterruptible' });
});
