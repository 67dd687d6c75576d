import { describe, expect, test } from 'vitest';
import { NO_EVIDENCE } from '../../../src/diagnose/evidence.js';
import { explain } from '../../../src/diagnose/explain.js';
import { nodeFixtures } from '../../support/node-fixtures.js';

const runs = nodeFixtures('healthy').map((fixture) => [fixture.version, fixture.name, fixture.evidence] as const);

test('there are the logs of 20 healthy runs, of all supported releases', () => {
  expect(
    new Set(runs.map(([version, name]) => `${version} ${name.replace(/-(namesrv-1|broker-a|broker-a-s)$/, '')}`)).size,
  ).toBeGreaterThanOrEqual(20);
});

describe('what a healthy node wrote gives no finding', () => {
  test.each(runs)('%s %s', (_version, _name, evidence) => {
    expect(explain({ ...evidence, exit: { code: 143, signal: null, adopted: false } })).toEqual([]);
  });

  test.each(runs)('%s %s, its files without a word about where they come from', (_version, _name, { files }) => {
    for (const file of files)
      expect(explain({ ...NO_EVIDENCE, files: [{ ...file, kind: 'unknown' }] }).filter(({ severity }) => severity !== 'info')).toEqual([]);
  });
});
