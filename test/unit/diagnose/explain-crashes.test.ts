import { describe, expect, test } from 'vitest';
import { explain } from '../../../src/diagnose/explain.js';
import { nodeFixtures } from '../../support/node-fixtures.js';

describe('what a real node wrote as it failed names its cause', () => {
  test.each(nodeFixtures('crashes').map((fixture) => [fixture.version, fixture.name, fixture] as const))(
    '%s %s',
    (_version, _name, { expect: code, evidence }) => {
      const findings = explain(evidence);
      expect(findings.map((finding) => finding.code)[0]).toBe(code);
      for (const { what, why, next } of findings) {
        for (const text of [what, why, next]) expect(text).not.toMatch(/undefined|null|NaN|\[object|\s{2}|\.\.$/);
      }
    },
  );
});
