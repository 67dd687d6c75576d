import { expect, test } from 'vitest';
import { known, notKnown } from '../../../../src/diagnose/preflight/facts.js';
import type { PreflightNode } from '../../../../src/diagnose/preflight/plan.js';
import { judgeDisk, judgeHomeVolume, judgeMemory } from '../../../../src/diagnose/preflight/resources.js';
import { codes, GB, memory, node, plan, readable, volume } from '../../../fakes/preflight.js';

const memoryOf = (nodes: readonly PreflightNode[]) => nodes.reduce((sum, each) => sum + each.memoryBytes, 0);
const mounted = (type: string, options = ['rw']) => volume({ mount: known({ point: '/mnt', type, options }) });

test('a plan that fits, and one that starts nothing, say nothing', () => {
  expect(judgeMemory(plan(), memory())).toEqual([]);
  expect(judgeDisk(plan(), volume())).toEqual([]);
  const running = plan([node('namesrv-1', { change: 'none' }), node('broker-a', { change: 'restart' })]);
  expect(judgeMemory(running, memory({ availableBytes: 0 }))).toEqual([]);
  expect(judgeDisk(running, volume({ usableBytes: 0, usedRatio: 1 }))).toEqual([]);
});

test('what cannot be found out speaks against nothing', () => {
  const unknown = notKnown('vm_stat is missing');
  expect([...judgeMemory(plan(), unknown), ...judgeDisk(plan(), unknown), ...judgeHomeVolume(plan(), unknown, null)]).toEqual([]);
});

test('a plan that needs exactly what is available is accepted, one byte less is refused with both figures', () => {
  const { nodes } = plan();
  expect(judgeMemory(plan(), memory({ availableBytes: memoryOf(nodes) }))).toEqual([]);
  const [finding] = judgeMemory(plan(), memory({ availableBytes: memoryOf(nodes) - 1 }));
  expect(finding).toMatchObject({
    code: 'NOT_ENOUGH_MEMORY',
    severity: 'error',
    what: '3 nodes need about 685 MB of memory',
    why: expect.stringContaining('685 MB of 16.0 GB are available'),
  });
});

test('a node that runs already needs no more: only those that start count', () => {
  const nodes = [node('broker-a'), node('broker-b', { change: 'none' })];
  expect(judgeMemory(plan(nodes), memory({ availableBytes: memoryOf(nodes.slice(0, 1)) }))).toEqual([]);
});

test('a broker that starts needs room for its first files; a NameServer needs none', () => {
  expect(judgeDisk(plan(), volume({ usableBytes: GB / 2 }))).toEqual([]);
  const [finding] = judgeDisk(plan(), volume({ usableBytes: GB / 2 - 1 }));
  expect(finding).toMatchObject({
    code: 'NOT_ENOUGH_DISK',
    what: '2 brokers need about 512 MB of disk space at first',
    why: expect.stringContaining('on the disk of /home/me/.rmqdev'),
  });
  expect(judgeDisk(plan([node('namesrv-1')]), volume({ usableBytes: 0, usedRatio: 1 }))).toEqual([]);
});

test.each(['5.5.0', '4.9.7'])('%s: a disk above 90 %% is refused, because brokers would refuse messages', (release) => {
  const wanted = plan([node('broker-a', { release })]);
  expect(codes(judgeDisk(wanted, volume({ usedRatio: 0.9 })))).toEqual(['warning DISK_NEARLY_FULL']);
  expect(judgeDisk(wanted, volume({ usedRatio: 0.901 }))).toMatchObject([
    {
      code: 'NOT_ENOUGH_DISK',
      severity: 'error',
      what: 'the disk of /home/me/.rmqdev is 91 % full',
      why: `a broker of RocketMQ ${release} accepts no message above 90 % (code 14, "the broker's disk is full")`,
    },
  ]);
});

test('on 4.x a JVM option raises the limit, as the error says; on 5.x nothing does', () => {
  const jvm = ['-Drocketmq.broker.diskSpaceWarningLevelRatio=0.98'];
  const judge = (release: string, usedRatio: number, options: string[] = jvm) =>
    judgeDisk(plan([node('broker-a', { release, jvm: options })]), volume({ usedRatio }));
  expect(judge('4.9.7', 0.95)).toMatchObject([{ code: 'DISK_NEARLY_FULL', why: expect.stringContaining('no messages above 98 %') }]);
  expect(codes(judge('4.9.7', 0.99))).toEqual(['error NOT_ENOUGH_DISK']);
  expect(codes(judge('5.5.0', 0.95))).toEqual(['error NOT_ENOUGH_DISK']);
  expect(judge('4.9.7', 0.95, [])[0]?.next).toContain('diskSpaceWarningLevelRatio=0.98');
  expect(judge('5.5.0', 0.95)[0]?.next).not.toContain('diskSpaceWarningLevelRatio');
});

test('from 85 to 90 % a warning', () => {
  expect(judgeDisk(plan(), volume({ usedRatio: 0.85 }))).toEqual([]);
  expect(judgeDisk(plan(), volume({ usedRatio: 0.86 }))).toMatchObject([
    { severity: 'warning', what: expect.stringContaining('86 % full') },
  ]);
});

test('a file system that runs out of inodes is warned about, one that has no fixed number is not', () => {
  expect(codes(judgeDisk(plan(), volume({ freeInodes: 4_999 })))).toEqual(['warning INODES_SHORT']);
  expect(judgeDisk(plan(), volume({ freeInodes: 5_000 }))).toEqual([]);
  expect(judgeDisk(plan(), volume({ freeInodes: null }))).toEqual([]);
});

test('a home that must not be written is an error that says why', () => {
  expect(judgeHomeVolume(plan(), volume({ isWritable: false }), null)).toMatchObject([
    { code: 'HOME_NOT_WRITABLE', severity: 'error', why: 'this user has no write permission there' },
  ]);
  const readOnly = volume({ isWritable: false, mount: known({ point: '/mnt', type: 'ext4', options: ['ro'] }) });
  expect(judgeHomeVolume(plan(), readOnly, null)).toMatchObject([{ why: '/mnt is mounted read-only' }]);
});

test('noexec stops only releases that load a library from there', () => {
  const noexec = mounted('ext4', ['rw', 'noexec']);
  expect(codes(judgeHomeVolume(plan([node('broker-a', { release: '5.5.0' })]), noexec, null))).toEqual(['error HOME_NO_EXEC']);
  expect(judgeHomeVolume(plan([node('broker-a', { release: '5.3.3' })]), noexec, null)).toEqual([]);
  expect(judgeHomeVolume(plan([node('namesrv-1')]), noexec, null)).toEqual([]);
});

test('the kind of file system: network and Windows drives warn, memory is told, a local disk is fine', () => {
  for (const type of ['nfs4', 'cifs', 'smbfs', 'fuse.sshfs'])
    expect(codes(judgeHomeVolume(plan(), mounted(type), null)), type).toEqual(['warning HOME_ON_NETWORK']);
  expect(codes(judgeHomeVolume(plan(), mounted('9p'), 2))).toEqual(['warning HOME_ON_WINDOWS_DRIVE']);
  expect(codes(judgeHomeVolume(plan(), mounted('drvfs'), 1))).toEqual(['warning HOME_ON_WINDOWS_DRIVE']);
  // A virtual machine's shared folder is no drive of Windows.
  expect(judgeHomeVolume(plan(), mounted('9p'), null)).toEqual([]);
  expect(codes(judgeHomeVolume(plan(), mounted('tmpfs'), null))).toEqual(['info HOME_IN_MEMORY']);
  for (const type of ['ext4', 'apfs', 'btrfs', 'overlay']) expect(judgeHomeVolume(plan(), mounted(type), 2), type).toEqual([]);
});

test('every finding says what, why and what to do', () => {
  const all = [
    ...judgeMemory(plan(), memory({ availableBytes: 1 })),
    ...judgeDisk(plan(), volume({ usableBytes: 1, freeInodes: 1 })),
    ...judgeDisk(plan(), volume({ usedRatio: 0.88 })),
    ...judgeHomeVolume(plan(), volume({ isWritable: false, mount: known({ point: '/', type: 'nfs', options: ['noexec'] }) }), null),
    ...judgeHomeVolume(plan(), mounted('tmpfs'), null),
    ...judgeHomeVolume(plan(), mounted('9p'), 2),
  ];
  expect(all).toHaveLength(9);
  expect(readable(all)).toBe(true);
});
