import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LINT_CODES, type LintCode } from '../../../../src/diagnose/lint/codes.js';
import { lintDocument } from '../../../../src/diagnose/lint/document.js';
import { LINT_EXAMPLES } from '../../../../src/diagnose/lint/examples.js';
import { lintExample } from '../../../../src/import/lint-example.js';

test.each(Object.keys(LINT_CODES) as LintCode[])(
  'the example of %s gives it, and its worst severity or the one that has a reason',
  async (code) => {
    const found = (await lintExample(LINT_EXAMPLES[code])).filter((each) => each.code === code);
    expect(found.length).toBeGreaterThan(0);
    // An unknown key is an error only where a real one is near.
    const worst = code === 'KEY_UNKNOWN' ? 'error' : LINT_CODES[code][0];
    expect(found.map(({ severity }) => severity)).toContain(worst);
  },
);

test('docs/lint.md is what scripts/generate-lint-doc.mjs writes', async () => {
  const document = readFileSync(new URL('../../../../docs/lint.md', import.meta.url), 'utf8');
  expect(document).toBe(await lintDocument(lintExample));
});
