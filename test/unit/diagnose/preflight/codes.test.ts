import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FINDING_ROWS, refusalOf } from '../../../../src/diagnose/preflight/codes.js';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

test('docs/doctor.md lists every code, as the table has it', () => {
  const text = readFileSync(join(ROOT, 'docs', 'doctor.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `([A-Z_0-9]+)` \| (error|warning|info) \| (.+) \|$/gm)].map(([, code, severity, about]) => ({
    code,
    severity,
    about,
  }));
  expect(rows).toEqual(FINDING_ROWS.map(({ code, severity, about }) => ({ code, severity, about })));
});

test('every code is found by some rule, and given once in the table', () => {
  const source = ['diagnose', 'cli/doctor', 'install']
    .flatMap((folder) => readdirSync(join(ROOT, 'src', folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('codes.ts'))
    .map((file) => readFileSync(join(ROOT, 'src', file), 'utf8'))
    .join('\n');
  for (const { code } of FINDING_ROWS) expect(source, code).toContain(`'${code}'`);
  expect(new Set(FINDING_ROWS.map(({ code }) => code)).size).toBe(FINDING_ROWS.length);
});

test('a finding that can be an error refuses with an error of its own meaning', () => {
  expect(refusalOf('STORE_DAMAGED')).toBe('STORE_DAMAGED');
  expect(refusalOf('HOME_NO_EXEC')).toBe('UNSUPPORTED');
  expect(refusalOf('LEFTOVERS')).toBeUndefined();
});
