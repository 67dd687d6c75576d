import { expect, test } from 'vitest';
import { hostHere, partHere } from '../../../../src/cli/doctor/host-here.js';
import type { HomeCluster } from '../../../../src/machine/home-clusters.js';
import { profileOf } from '../../../fakes/cluster.js';

const crossed = {
  ...profileOf(['namesrv-1', 'broker-a', 'broker-b']),
  hosts: [
    { name: 'a', address: '172.17.160.28' },
    { name: 'b', address: '172.17.160.29' },
  ],
};
const hostOf: Record<string, string> = { 'namesrv-1': 'a', 'broker-a': 'a', 'broker-b': 'b' };
const profile = { ...crossed, nodes: crossed.nodes.map((node) => ({ ...node, host: hostOf[node.id] })) };
const idsAt = (own: readonly string[], host?: string) =>
  partHere(profile, hostHere(host === undefined ? undefined : ({ host } as HomeCluster), new Set(own))).nodes.map(({ id }) => id);

test('doctor judges what this machine would start: by its address, or as the cluster ran here before', () => {
  expect(idsAt(['b'])).toEqual(['broker-b']);
  expect(idsAt([], 'a')).toEqual(['namesrv-1', 'broker-a']);
});

test('a machine that is none of the hosts sees the whole profile, and so does one without hosts', () => {
  expect(idsAt([])).toHaveLength(3);
  expect(partHere(profileOf(), hostHere(undefined, new Set())).nodes).toHaveLength(profileOf().nodes.length);
});
