import { expect, test } from 'vitest';
import { PortClaims } from '../../../../src/cluster/plan/port-claims.js';

test('a claimed port is a rival’s for every other cluster, until it is released', () => {
  const claims = new PortClaims();
  claims.claim('one', [9_876, 10_911]);
  expect(claims.rivalOf('one', [9_876])).toBeUndefined();
  expect(claims.rivalOf('two', [9_877, 10_911])).toEqual({ port: 10_911, cluster: 'one' });
  claims.claim('two', [9_877]);
  claims.release('one');
  expect(claims.rivalOf('two', [9_876, 10_911])).toBeUndefined();
  expect(claims.rivalOf('one', [9_877])).toEqual({ port: 9_877, cluster: 'two' });
});
