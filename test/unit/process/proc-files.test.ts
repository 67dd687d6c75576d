import { expect, test } from 'vitest';
import { meminfoBytes, parseListeningSockets, parseProcStat, userName } from '../../../src/process/proc-files.js';

// Captured on Linux 6 with `cat /proc/self/stat` and shortened; the name is the worst that proc_pid_stat(5) allows.
const STAT =
  '6633 (a) R (b c) S 6629 6628 3431 0 -1 4194304 99 0 0 0 0 0 0 0 20 0 1 0 116601 3133440 358 18446744073709551615 94262271926272 0 0 0 0 0 0 0 0 0 17 0 0 0';

// A header and a row captured on Linux 6 with `cat /proc/net/tcp`; addresses, ports and the other rows are made up in its form.
const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:2A9F 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1145 1 000000003bdd71e3 100 0 0 10 0
   1: 0100007F:2694 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2291 1 00000000a1b2c3d4 100 0 0 10 0
   2: 0100007F:2A9F 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 3371 1 00000000d4c3b2a1 20 4 30 10 -1
`;

test('a process name may hold spaces and parentheses', () => {
  expect(parseProcStat(STAT)).toEqual({ name: 'a) R (b c', state: 'S', ppid: 6629, startTicks: '116601', threads: 1 });
});

test('only sockets in LISTEN count', () => {
  expect(parseListeningSockets(TCP)).toEqual([
    { port: 10911, uid: 1000, inode: '1145' },
    { port: 9876, uid: 0, inode: '2291' },
  ]);
});

test('a user is named by its uid, not by its gid', () => {
  const passwd = 'daemon:x:1:1::/usr/sbin:/bin/sh\nalex:x:1001:1000::/home/alex:/bin/sh\nkim:x:1000:1001::/home/kim:/bin/sh\n';
  expect(userName(passwd, 1000)).toBe('kim');
  expect(userName(passwd, 4711)).toBeUndefined();
});

test('meminfo counts in kB', () => {
  expect(meminfoBytes('MemTotal:       24684096 kB\nMemFree:  1 kB\nMemAvailable:   24219372 kB\n', 'MemAvailable')).toBe(
    24_219_372 * 1_024,
  );
});
