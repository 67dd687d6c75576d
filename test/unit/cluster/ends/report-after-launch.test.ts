import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Cluster } from '../../../../src/cluster/cluster.js';
import type { JournalEvent } from '../../../../src/contract/events.js';
import { profileOf } from '../../../fakes/cluster.js';
import { FakeWorld } from '../../../fakes/world.js';
import { until } from '../../../support/until.js';

let fake: FakeWorld;
let cluster: Cluster;
let events: JournalEvent[];
beforeEach(async () => {
  fake = new FakeWorld({ profile: profileOf(['namesrv-1']) });
  cluster = fake.cluster();
  events = [];
  cluster.supervisor('namesrv-1').start();
  await until(() => expect(cluster.supervisor('namesrv-1').state).toBe('ready'));
  cluster.journal.subscribe((event) => events.push(event));
});
afterEach(() => fake[Symbol.asyncDispose]());

const types = () => events.map(({ type }) => type);

// The evidence of the first JVM was read while the second one was being launched: 0.2 s instead of 0.1 s.
test('a crashed node is launched again before anybody reads why it crashed', async () => {
  fake.process('namesrv-1').exit({ code: 1 });
  await until(() => expect(types()).toContain('crash-report'));
  expect(types().indexOf('node-launched')).toBeGreaterThan(-1);
  expect(types().indexOf('node-launched')).toBeLessThan(types().indexOf('crash-report'));
});

test('a launch that hangs does not hold the report up', async () => {
  const letThrough = fake.launcher.hold();
  fake.process('namesrv-1').exit({ code: 1 });
  await until(() => expect(types()).toContain('crash-report'));
  expect(types()).not.toContain('node-launched');
  letThrough();
  await until(() => expect(types()).toContain('node-launched'));
});
