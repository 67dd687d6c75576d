import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

type Cell = { outcome: string; why?: string; step?: string };
const { compatibilityDocument } = (await import(new URL('../../../scripts/matrix/document.mjs', import.meta.url).href)) as {
  compatibilityDocument: (results: { cells: Record<string, Cell> }) => string;
};
const read = (name: string) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

test('docs/compatibility.md is what the runs make of it (npm run test:matrix -- --document)', () => {
  expect(read('compatibility.md')).toBe(compatibilityDocument(JSON.parse(read('compatibility.json'))));
});

test('a cell stands as it came out: what failed says where, what was not run says so, one reason of several releases is said once', () => {
  const cannot = { outcome: 'cannot', why: 'it has none' };
  const text = compatibilityDocument({
    cells: {
      'single 4.10.0 jdk17': { outcome: 'failed', step: 'send', why: 'no broker' },
      'single 4.9.7 jdk17': { outcome: 'passed' },
      'dledger 4.4.0 jdk17': cannot,
      'dledger 4.0.0 jdk17': cannot,
    },
  });
  expect(text).toContain('| 4.9.7 | passed | not run |\n| 4.10.0 | **failed** | not run |');
  expect(text).toContain('- **single 4.10.0, JDK 17**, at `send`: no broker');
  expect(text).toContain('- `dledger` on 4.4.0, 4.0.0: it has none.');
  expect(text).toContain('1 passed, 1 failed, 2 that RocketMQ cannot.');
});
