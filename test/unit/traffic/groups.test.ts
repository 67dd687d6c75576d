import { expect, test } from 'vitest';
import { resetOffsets, showGroup } from '../../../src/traffic/groups.js';
import { FakeTopic } from '../../fakes/traffic.js';

function filled() {
  const fake = new FakeTopic();
  const a = fake.add('broker-a', 2);
  for (let n = 1; n <= 10; n += 1) fake.put(a, n % 2, `m${n}`);
  return { fake, a };
}

test('a queue in which a group has no offset is all ahead of it', async () => {
  const { fake, a } = filled();
  a.offsets.set('g', new Map([[0, 3]]));
  const { lag, offsets } = await showGroup(fake.access, 'g');
  expect(lag).toBe(7);
  expect(offsets).toEqual([
    { topic: 'T', brokerName: 'broker-a', queueId: 0, offset: 3, maxOffset: 5, lag: 2 },
    { topic: 'T', brokerName: 'broker-a', queueId: 1, offset: null, maxOffset: 5, lag: 5 },
  ]);
});

test('offsets that are set for the first time are all kept, though a broker loses one of two that come at once', async () => {
  const { fake, a } = filled();
  expect(await resetOffsets(fake.access, { group: 'g', topic: 'T', to: 'last' })).toMatchObject({ lag: 0 });
  expect(a.committed('g')).toEqual({ 0: 5, 1: 5 });
  a.forgets = Number.POSITIVE_INFINITY;
  a.offsets.clear();
  await expect(resetOffsets(fake.access, { group: 'g', topic: 'T', to: 'first' })).rejects.toMatchObject({
    code: 'NOT_WRITABLE',
    text: { why: expect.stringContaining('does not keep it') },
  });
});
