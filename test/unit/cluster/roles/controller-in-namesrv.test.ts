import { expect, test } from 'vitest';
import { controllerAddress, isController } from '../../../../src/cluster/roles/controller.js';
import { configured } from '../../../../src/cluster/spec/node-spec.js';
import { nodeProfile, profileOf, specsOf } from '../../../fakes/cluster.js';

const hosting = (id: string) => nodeProfile(id, { properties: { enableControllerInNamesrv: 'true' } });
const replica = (id: string) => nodeProfile(id, { election: 'controller' });
const specs = specsOf({ profile: profileOf([hosting('namesrv-1'), hosting('namesrv-2'), hosting('namesrv-3'), replica('broker-a-n0')]) });

test('NameServers with a controller in them are the peers, each by the number of its id, on ports of their own', () => {
  const [first, second] = specs;
  expect(first && configured(first, 'controllerDLegerPeers')).toBe('n1-127.0.0.1:9896;n2-127.0.0.1:9897;n3-127.0.0.1:9898');
  expect(second && configured(second, 'controllerDLegerSelfId')).toBe('n2');
  expect(second && configured(second, 'listenPort')).toBe('9877');
  expect(specs.filter(isController).map(controllerAddress)).toEqual(['127.0.0.1:9896', '127.0.0.1:9897', '127.0.0.1:9898']);
});

test('their replicas look for the controllers there, and for the NameServers where they always are', () => {
  const replicaSpec = specs.at(-1);
  expect(replicaSpec && configured(replicaSpec, 'controllerAddr')).toBe('127.0.0.1:9896;127.0.0.1:9897;127.0.0.1:9898');
  expect(replicaSpec && configured(replicaSpec, 'namesrvAddr')).toBe('127.0.0.1:9876;127.0.0.1:9877;127.0.0.1:9878');
});

test('a NameServer without one has neither the lines nor the port', () => {
  const [plain] = specsOf();
  expect(plain?.ports).toEqual({ listen: 9876 });
  expect(plain?.config.map(({ key }) => key)).toEqual(['listenPort']);
});
