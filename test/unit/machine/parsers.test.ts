import { expect, test } from 'vitest';
import { parseLimits } from '../../../src/machine/limits.js';
import { rocketMqProcesses } from '../../../src/machine/rocketmq-processes.js';
import { parsePmset } from '../../../src/machine/sleep.js';
import { judgeConfig } from '../../../src/machine/store.js';
import { parseLocks, parseOpener } from '../../../src/machine/store-locks.js';
import { mountOf, parseDarwinMounts, parseMountInfo } from '../../../src/machine/volume.js';
import { parseKernelVersion } from '../../../src/machine/wsl.js';

// Captured on Linux 6.18; the second line is the example of proc_pid_mountinfo(5), the third has a blank in its path as the kernel escapes it.
const MOUNT_INFO = `27 1 254:0 / / rw,relatime - ext4 /dev/root rw
36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
40 27 0:40 / /media/my\\040disk rw,nosuid,noexec - tmpfs tmpfs rw,size=8192k
`;

test('/proc/self/mountinfo: points, types and options, with or without optional fields', () => {
  const mounts = parseMountInfo(MOUNT_INFO);
  expect(mounts).toEqual([
    { point: '/', type: 'ext4', options: ['rw', 'relatime'] },
    { point: '/mnt2', type: 'ext3', options: ['rw', 'noatime', 'errors=continue'] },
    { point: '/media/my disk', type: 'tmpfs', options: ['rw', 'nosuid', 'noexec', 'size=8192k'] },
  ]);
  expect(mountOf('/mnt2/a', mounts).type).toBe('ext3');
  expect(mountOf('/mnt22', mounts).type).toBe('ext4');
  expect(mountOf('/media/my disk', mounts).type).toBe('tmpfs');
});

test('of two mounts on one point the later hides the earlier', () => {
  const mounts = [
    { point: '/mnt', type: 'ext4', options: [] },
    { point: '/mnt', type: 'tmpfs', options: [] },
  ];
  expect(mountOf('/mnt/x', mounts).type).toBe('tmpfs');
});

// The form that mount(8) of macOS prints; as it is quoted in Apple's support threads on APFS volumes.
const DARWIN_MOUNTS = `/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
devfs on /dev (devfs, local, nobrowse)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse, protect)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
//me@nas._smb._tcp.local/share on /Volumes/my share (smbfs, nodev, nosuid, mounted by me)
`;

test('mount of macOS', () => {
  const mounts = parseDarwinMounts(DARWIN_MOUNTS);
  expect(mounts.map(({ point, type }) => `${type} ${point}`)).toEqual([
    'apfs /',
    'devfs /dev',
    'apfs /System/Volumes/Data',
    'autofs /System/Volumes/Data/home',
    'smbfs /Volumes/my share',
  ]);
  expect(mountOf('/Volumes/my share/rmqdev', mounts).options).toContain('mounted by me');
});

// Captured on Linux 6.18: a lock of a JVM (POSIX, of one byte), one of a daemon (FLOCK); a lock of an open file description, and one that waits, as proc_locks(5) shows them.
const LOCKS = `1: POSIX  ADVISORY  WRITE 17570 fe:00:10002767 0 0
2: FLOCK  ADVISORY  WRITE 17323 fe:00:9986254 0 EOF
2: -> FLOCK  ADVISORY  WRITE 17399 fe:00:9986254 0 EOF
3: OFDLCK ADVISORY  WRITE -1 08:01:393217 0 EOF
4: LEASE  ACTIVE    READ  900 08:01:12 0 EOF
`;

test('/proc/locks: who holds, not who waits', () => {
  expect(parseLocks(LOCKS)).toEqual([
    { pid: 17_570, device: 'fe:00', inode: 10_002_767 },
    { pid: 17_323, device: 'fe:00', inode: 9_986_254 },
    { pid: -1, device: '08:01', inode: 393_217 },
  ]);
});

test('lsof -F pc: the form that lsof(8) describes', () => {
  expect(parseOpener('p4242\ncjava\nf117\n')).toEqual({ pid: 4_242, command: 'java' });
  expect(parseOpener('')).toBeUndefined();
});

// Captured on Linux 6.18.
const LIMITS = `Limit                     Soft Limit           Hard Limit           Units     
Max processes             96365                96365                processes 
Max open files            1024                 20000                files     
Max file locks            unlimited            unlimited            locks     
`;

test('/proc/self/limits: the hard limits, because a JVM raises its own', () => {
  expect(parseLimits(LIMITS)).toEqual({ openFiles: 20_000, processes: 96_365 });
  expect(parseLimits('Max open files            1024                 unlimited            files')).toEqual({
    openFiles: null,
    processes: null,
  });
});

// The form that pmset(1) prints with -g, as it is quoted in threads on caffeinate.
const PMSET = `System-wide power settings:
Currently in use:
 standby              1
 Sleep On Power Button 1
 hibernatefile        /var/vm/sleepimage
 powernap             1
 networkoversleep     0
 disksleep            10
 sleep                1 (sleep prevented by sharingd, powerd)
 hibernatemode        3
 ttyskeepawake        1
 displaysleep         2
 tcpkeepalive         1
 lowpowermode         0
 womp                 0
`;

test('pmset -g: the system’s sleep, not that of the disk or the display', () => {
  expect(parsePmset(PMSET)).toEqual({ afterMinutes: 1, preventedBy: 'sharingd, powerd' });
  expect(parsePmset(PMSET.replace(/ sleep +1 .*/, ' sleep                0'))).toEqual({ afterMinutes: 0, preventedBy: null });
  expect(() => parsePmset('nothing of the kind')).toThrow('no sleep time');
});

// Microsoft's WSL documentation and the releases of WSL2-Linux-Kernel name their kernels so.
test('/proc/version of WSL 1, WSL 2 and others', () => {
  expect(parseKernelVersion('Linux version 5.15.90.1-microsoft-standard-WSL2 (oe-user@oe-host) (gcc 9.3.0) #1 SMP')).toBe(2);
  expect(parseKernelVersion('Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com) (gcc version 5.4.0) #1237-Microsoft')).toBe(1);
  expect(parseKernelVersion('Linux version 6.8.0-31-generic (buildd@lcy02-amd64-080) (gcc 13.2.0) #31-Ubuntu SMP')).toBeNull();
});

test('JVMs of RocketMQ by their main class; the scripts above them are none', () => {
  const main = 'org.apache.rocketmq.broker.BrokerStartup';
  const row = (pid: number, args: string[]) => ({ pid, ppid: 1, command: args.join(' '), args });
  const found = rocketMqProcesses([
    row(1, ['/jdk/bin/java', '-Duser.home=/me', '-cp', 'x', main, '-n', 'h:1', '-c', '/me/my broker.conf']),
    row(2, ['sh', '/opt/bin/runbroker.sh', main]),
    row(3, ['java', '-Drmqdev.node=/h/clusters/dev/nodes/namesrv-1', 'org.apache.rocketmq.namesrv.NamesrvStartup']),
    row(4, ['java', '-jar', 'other.jar']),
    { pid: 5, ppid: 1, command: `/usr/bin/java -cp x ${main} -c /etc/b.conf` },
  ]);
  expect(found.map(({ pid, role, configFile, userHome, nodeFolder }) => ({ pid, role, configFile, userHome, nodeFolder }))).toEqual([
    { pid: 1, role: 'broker', configFile: '/me/my broker.conf', userHome: '/me', nodeFolder: undefined },
    { pid: 3, role: 'namesrv', configFile: undefined, userHome: undefined, nodeFolder: '/h/clusters/dev/nodes/namesrv-1' },
    { pid: 5, role: 'broker', configFile: '/etc/b.conf', userHome: undefined, nodeFolder: undefined },
  ]);
});

test.each([
  ['{"dataVersion":{"counter":1},"topicConfigTable":{}}', 'sound', undefined],
  // As fastjson writes a Map<Integer, Long>.
  ['{\n\t"offsetTable":{\n\t\t"T@g":{0:12,1:7}\n\t}\n}', 'sound', undefined],
  ['', 'empty', undefined],
  ['\0\0\0\0', 'broken', 'has only zeros in it, as after a power loss'],
  ['{"dataVersion":{"cou', 'broken', 'is cut off after 20 bytes'],
  ['{broken}', 'broken', 'is not the JSON that RocketMQ writes'],
  ['12', 'broken', 'is not a JSON object'],
])('the text %j is %s', (text, state, why) => {
  expect(judgeConfig(text)).toEqual(why === undefined ? { state } : { state, why });
});
