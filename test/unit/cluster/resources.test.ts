import { expect, test } from 'vitest';
import type { RmqdevError } from '../../../src/base/errors.js';
import { HomePaths } from '../../../src/base/paths.js';
import type { NodeSpec } from '../../../src/cluster/node-spec.js';
import { checkResources } from '../../../src/cluster/resources.js';
import type { World } from '../../../src/cluster/world.js';
import { nodeProfile, profileOf, specsOf } from '../../fakes/cluster.js';

const GB = 1_073_741_824;
type Machine = { availableBytes?: number; usableBytes?: number; usedRatio?: number };

/** @returns the notices, or the error. */
async function check(specs: NodeSpec[], { availableBytes = 16 * GB, usableBytes = 100 * GB, usedRatio = 0.5 }: Machine, starting = specs) {
  const world = {
    home: new HomePaths('/home/me/.rmqdev'),
    platform: {
      memory: async () => ({ totalBytes: 16 * GB, availableBytes }),
      disk: async () => ({ totalBytes: 200 * GB, usableBytes, usedRatio }),
    },
  };
  const notices: string[] = [];
  const error = await checkResources(world as unknown as World, specs, starting, notices).then(
    () => undefined,
    (thrown: RmqdevError) => thrown,
  );
  return { notices, code: error?.code, why: error?.text.why, what: error?.text.what, next: error?.text.next };
}

const memoryOf = (specs: NodeSpec[]) => specs.reduce((sum, spec) => sum + spec.memoryBytes, 0);

test('a plan that fits says nothing', async () => {
  expect(await check(specsOf(), {})).toMatchObject({ notices: [], code: undefined });
});

test('a plan that needs exactly what is available is accepted, one byte less is refused with both figures', async () => {
  const specs = specsOf();
  expect((await check(specs, { availableBytes: memoryOf(specs) })).code).toBeUndefined();
  expect(await check(specs, { availableBytes: memoryOf(specs) - 1 })).toMatchObject({
    code: 'NOT_ENOUGH_MEMORY',
    what: expect.stringMatching(/^6 nodes need about 1\.3 GB of memory$/),
    why: expect.stringContaining('of 16.0 GB are available'),
  });
});

test('nodes that run already need no more: only those that start count', async () => {
  const specs = specsOf();
  const starting = specs.slice(0, 1);
  expect((await check(specs, { availableBytes: memoryOf(starting) }, starting)).code).toBeUndefined();
  expect((await check(specs, { availableBytes: 0, usableBytes: 0, usedRatio: 1 }, [])).code).toBeUndefined();
});

test('a broker that starts needs room for its first files; a NameServer needs none', async () => {
  const specs = specsOf();
  expect((await check(specs, { usableBytes: GB })).code).toBeUndefined();
  expect(await check(specs, { usableBytes: GB - 1 })).toMatchObject({
    code: 'NOT_ENOUGH_DISK',
    what: '4 brokers need about 1.0 GB of disk to begin with',
    why: expect.stringContaining('where /home/me/.rmqdev lies'),
  });
  expect((await check(specs, { usableBytes: 0, usedRatio: 1 }, specs.slice(0, 2))).code).toBeUndefined();
});

test.each(['5.5.0', '4.9.7'])('%s: a disk above 90 %% is refused, because brokers would refuse messages', async (version) => {
  expect((await check(specsOf({ version }), { usedRatio: 0.9 })).code).toBeUndefined();
  expect(await check(specsOf({ version }), { usedRatio: 0.901 })).toMatchObject({
    code: 'NOT_ENOUGH_DISK',
    what: 'the disk of /home/me/.rmqdev is 91 % full',
    why: `a broker of RocketMQ ${version} takes no message above 90 % (code 14, "the broker's disk is full")`,
  });
});

test('on 4.x a JVM option raises the limit, as the error says; on 5.x nothing does', async () => {
  const nodes = ['namesrv-1', nodeProfile('broker-a', { jvm: ['-Drocketmq.broker.diskSpaceWarningLevelRatio=0.98'] })];
  const specs = (version: string) => specsOf({ profile: profileOf(nodes), version });
  expect(await check(specs('4.9.7'), { usedRatio: 0.95 })).toMatchObject({
    code: undefined,
    notices: ['the disk of /home/me/.rmqdev is 95 % full: brokers delete old files early above 85 %, and take no messages above 98 %'],
  });
  expect((await check(specs('4.9.7'), { usedRatio: 0.99 })).code).toBe('NOT_ENOUGH_DISK');
  expect((await check(specs('5.5.0'), { usedRatio: 0.95 })).code).toBe('NOT_ENOUGH_DISK');
  expect((await check(specsOf({ version: '4.9.7' }), { usedRatio: 0.95 })).next).toContain('diskSpaceWarningLevelRatio=0.98');
  expect((await check(specsOf(), { usedRatio: 0.95 })).next).not.toContain('diskSpaceWarningLevelRatio');
});

test('between 85 and 90 % a notice warns', async () => {
  expect((await check(specsOf(), { usedRatio: 0.85 })).notices).toEqual([]);
  expect((await check(specsOf(), { usedRatio: 0.86 })).notices).toEqual([
    'the disk of /home/me/.rmqdev is 86 % full: brokers delete old files early above 85 %, and take no messages above 90 %',
  ]);
});
