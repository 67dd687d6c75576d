import { expect, test } from 'vitest';
import { changesBetween } from '../../../../src/cluster/spec/differences.js';
import type { NodeSpec } from '../../../../src/cluster/spec/node-spec.js';
import type { NodeProfile } from '../../../../src/profile/profile.js';
import { assignmentsOf, nodeProfile, profileOf, specOf } from '../../../fakes/cluster.js';

const broker = (overrides: Partial<NodeProfile> = {}, version = '5.5.0'): NodeSpec =>
  specOf('broker-a', { profile: profileOf(['namesrv-1', nodeProfile('broker-a', overrides)]), version });
const before = broker();

test('nothing has changed between two equal plans', () => {
  expect(changesBetween(before, broker())).toEqual([]);
});

test('what a restart does not bring is no change', () => {
  expect(changesBetween(before, broker({ stopTimeoutMs: 1, startTimeoutMs: 1 }))).toEqual([]);
});

test.each<[string, NodeSpec, string[]]>([
  ['heap', broker({ heapBytes: 512 * 1_048_576 }), ['heap 256 MB → 512 MB']],
  ['start-up mode', broker({ startup: 'throughput' }), ['start-up mode fast → throughput']],
  ['JVM options', broker({ jvm: ['-Da=b', '-Xint'] }), ['JVM options (unset) → -Da=b -Xint']],
  ['environment', broker({ env: { A: '1' } }), ['environment (unset) → A=1']],
  ['a property of ours', broker({ properties: { flushDiskType: 'SYNC_FLUSH' } }), ['flushDiskType ASYNC_FLUSH → SYNC_FLUSH']],
  ['a property more', broker({ properties: { deleteWhen: '04' } }), ['deleteWhen (unset) → 04']],
  ['the address', broker({ advertise: { clients: '10.0.0.1', replication: '127.0.0.1' } }), ['brokerIP1 127.0.0.1 → 10.0.0.1']],
])('%s', (_, after, changes) => {
  expect(changesBetween(before, after)).toEqual(changes);
});

test('a property that is no longer set is a change too', () => {
  expect(changesBetween(broker({ properties: { deleteWhen: '04' } }), before)).toEqual(['deleteWhen 04 → (unset)']);
});

test('another release is told first, and what it writes differently', () => {
  const changes = changesBetween(broker({}, '4.9.7'), before);
  expect(changes[0]).toBe('RocketMQ 4.9.7 → 5.5.0');
  expect(changes).toContain('timerFlushIntervalMs (unset) → 60000');
});

test('the same release from another folder, another JDK, another port', () => {
  const profile = profileOf(['namesrv-1', 'broker-a']);
  const assignments = assignmentsOf(profile);
  const own = assignments.get('broker-a');
  if (!own) throw new Error('no assignment');
  const jdk = { home: '/jdk-25', java: '/jdk-25/bin/java', major: 25, version: '25.0.1' };
  assignments.set('broker-a', {
    release: { ...own.release, home: '/mine' },
    jdk,
    ports: { listen: 20_911, fast: 20_909, ha: 20_912, debug: 20_918 },
  });
  expect(changesBetween(before, specOf('broker-a', { profile, assignments }))).toEqual([
    'release /releases/5.5.0 → /mine',
    'JDK 17.0.9 (/jdk-17) → 25.0.1 (/jdk-25)',
    'debug port (unset) → 20918',
    'listenPort 10911 → 20911',
  ]);
});
