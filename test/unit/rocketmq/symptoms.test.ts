import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { NO_EVIDENCE } from '../../../src/diagnose/evidence.js';
import { explain } from '../../../src/diagnose/explain.js';
import type { Symptom } from '../../../src/rocketmq/symptom.js';
import { SYMPTOMS } from '../../../src/rocketmq/symptoms.js';
import { symptomsDocument } from '../../../src/rocketmq/symptoms-doc.js';
import { nodeFixtures, pasted } from '../../support/node-fixtures.js';

const fixtures = [...nodeFixtures('crashes'), ...nodeFixtures('healthy')];
const linesOf = (name: string) =>
  fixtures
    .filter((fixture) => fixture.name === name || fixture.name.startsWith(`${name}-`))
    .flatMap(({ evidence }) => evidence.files.flatMap(({ lines }) => lines));
const title = ({ code, literals, exit }: Symptom) =>
  `${code}: ${literals[0] ?? `exit ${[...(exit?.codes ?? []), ...(exit?.signals ?? [])].join(', ')}`}`;
const provoked = SYMPTOMS.filter((symptom): symptom is Symptom & { provoked: string } => 'provoked' in symptom);

describe('a row of the table', () => {
  test.each(SYMPTOMS.map((symptom) => [title(symptom), symptom] as const))(
    '%s has a stable code, a source and a proof or a reason',
    (_, symptom) => {
      expect(symptom.code).toMatch(/^[A-Z][A-Z0-9_]+$/);
      expect(symptom.source.length).toBeGreaterThan(8);
      expect('provoked' in symptom ? symptom.provoked : symptom.notProvoked).toMatch(/\w{3}/);
      if (symptom.literals.length === 0) expect(symptom.exit).toBeDefined();
    },
  );

  test.each(provoked.map((symptom) => [title(symptom), symptom] as const))('%s stands in what a real node wrote', (_, symptom) => {
    const runs = fixtures.filter(({ name }) => name === symptom.provoked || name.startsWith(`${symptom.provoked}-`));
    expect(runs.length).toBeGreaterThan(0);
    if (symptom.literals.length > 0) {
      const lines = linesOf(symptom.provoked);
      expect(symptom.literals.some((literal) => lines.some((line) => line.includes(literal)))).toBe(true);
    }
  });

  test.each(provoked.filter(({ literals }) => literals.length === 0).map((symptom) => [title(symptom), symptom] as const))(
    '%s is what its exit alone says',
    (_, symptom) => {
      const ends = fixtures
        .filter(({ name }) => name === symptom.provoked || name.startsWith(`${symptom.provoked}-`))
        .map(({ evidence }) => evidence.exit);
      const codes = ends.flatMap((exit) => explain({ ...NO_EVIDENCE, exit })).map(({ code }) => code);
      expect(codes).toContain(symptom.code);
    },
  );
});

test('each line that a row marks as ordinary is explained as such when it is pasted', () => {
  const ordinary = provoked.filter((symptom) => symptom.ordinary);
  const all = fixtures.flatMap(({ evidence }) => evidence.files.flatMap(({ lines }) => lines));
  const unexplained = ordinary.flatMap(({ code, literals }) =>
    literals.filter((literal) => {
      const line = all.find((candidate) => candidate.includes(literal));
      return !(line && explain(pasted(line)).some((finding) => finding.code === code));
    }),
  );
  expect(unexplained).toEqual([]);
});

test('docs/symptoms.md is current (npm run build && node scripts/generate-symptoms.mjs)', () => {
  expect(readFileSync(new URL('../../../docs/symptoms.md', import.meta.url), 'utf8')).toBe(symptomsDocument());
});
