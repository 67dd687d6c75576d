import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  parseBootSession,
  parseLsof,
  parseProcessState,
  parsePs,
  parseStartTimes,
  parseVmStat,
} from '../../../src/process/darwin-output.js';

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/darwin/${name}`, import.meta.url), 'utf8');

test('lsof: each listening port once per process, IPv4 and IPv6', () => {
  expect(parseLsof(fixture('lsof.txt'))).toEqual([
    { port: 57607, pid: 783, command: 'rapportd', user: 'dolevh' },
    { port: 5000, pid: 866, command: 'ControlCenter', user: 'dolevh' },
    { port: 7000, pid: 866, command: 'ControlCenter', user: 'dolevh' },
  ]);
});

test('lsof: one address, IPv6, and a name with a blank as older releases write it', () => {
  expect(parseLsof('p42\ncGoogle\\x20C\nu501\nLalex\nf7\nn127.0.0.1:9222\nf8\nn[::1]:9223\n')).toEqual([
    { port: 9222, pid: 42, command: 'Google C', user: 'alex' },
    { port: 9223, pid: 42, command: 'Google C', user: 'alex' },
  ]);
});

test('lsof: nothing listens', () => {
  expect(parseLsof('')).toEqual([]);
});

test('ps: pid, parent and the whole command line', () => {
  const rows = parsePs(fixture('ps.txt'));
  expect(rows).toHaveLength(12);
  expect(rows[0]).toEqual({ pid: 1, ppid: 0, command: '/sbin/launchd' });
  expect(rows[2]).toEqual({ pid: 95, ppid: 1, command: '/usr/libexec/UserEventAgent (System)' });
  expect(rows[6]).toEqual({ pid: 102, ppid: 1, command: '/usr/sbin/systemstats --daemon' });
});

test('start times: the text of lstart, whatever the day', () => {
  expect(parseStartTimes(fixture('start-times.txt'))).toEqual(
    new Map([
      [62_019, 'Fri Jan 16 13:35:22 2026'],
      [45_595, 'Mon Jan 19 07:42:22 2026'],
      [111, 'Wed Jun  5 21:50:51 2019'],
    ]),
  );
});

const STARTED = 'Fri Nov 20 12:00:00 2026';
const row = (state: string) => `  4242 ${STARTED}     ${state}\n`;

// Letters and their order as state() in Apple's print.c writes them.
test.each([
  ['S', { word: 'running' }],
  ['Ss', { word: 'running' }],
  ['R+', { word: 'running' }],
  ['U', { word: 'uninterruptible' }],
  ['?Es', { word: 'running' }],
  ['T', { word: 'stopped' }],
  ['T<s+', { word: 'stopped' }],
  ['SXs', { word: 'traced', by: undefined }],
  ['TX', { word: 'traced', by: undefined }],
] as const)('state %s', (state, expected) => {
  expect(parseProcessState(row(state), STARTED)).toEqual(expected);
  expect(parseStartTimes(row(state))).toEqual(new Map([[4_242, STARTED]]));
});

test.each([
  ['is empty, because the kernel does not let ps look at its threads', ''],
  ['lacks its first letter', ' s'],
])('a process whose state %s lives, under the same start time', (_, state) => {
  expect(parseStartTimes(row(state))).toEqual(new Map([[4_242, STARTED]]));
  expect(parseProcessState(row(state), STARTED)).toEqual({ word: 'running' });
});

test('a zombie, a process that is gone and one with another start do not live', () => {
  expect(parseStartTimes(row('Z') + row('Z+').replace('4242', '4243'))).toEqual(new Map());
  expect(parseProcessState(row('Z'), STARTED)).toBeUndefined();
  expect(parseProcessState('', STARTED)).toBeUndefined();
  expect(parseProcessState(row('S'), 'Fri Nov 20 12:00:01 2026')).toBeUndefined();
});

test.each([
  ['Intel', 'vm-stat-intel.txt', (6_127_229 + 628_646 + 430_715) * 4_096],
  ['Apple silicon', 'vm-stat-apple-silicon.txt', (3_857 + 443_760 + 1_075) * 16_384],
])('vm_stat of %s: free, inactive and speculative pages, in the page size that it names', (_, name, bytes) => {
  expect(parseVmStat(fixture(name))).toBe(bytes);
});

test('boot session: the UUID alone; anything else is no answer', () => {
  expect(parseBootSession(fixture('boot-session.txt'))).toBe('40962879-b7ee-4f13-af6e-e7266ef5e732');
  expect(parseBootSession('')).toBeNull();
  expect(parseBootSession("sysctl: unknown oid 'kern.bootsessionuuid'")).toBeNull();
});
