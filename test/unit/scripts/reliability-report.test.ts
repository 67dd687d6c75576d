import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SYMPTOMS } from '../../../src/rocketmq/symptoms.js';

type Document = (options?: { read?: (name: string) => unknown; names?: readonly string[]; symptoms?: unknown }) => Promise<string>;
const script = (name: string) => new URL(`../../../scripts/reliability/report/${name}`, import.meta.url).href;
const { reliabilityDocument } = (await import(script('document.mjs'))) as { reliabilityDocument: Document };
const { countsOf } = (await import(script('symptom-counts.mjs'))) as { countsOf: (symptoms: unknown) => unknown };

test('docs/reliability.md is what the figures make of it (npm run build && npm run reliability -- report)', async () => {
  const committed = readFileSync(new URL('../../../docs/reliability.md', import.meta.url), 'utf8');
  expect(committed).toBe(await reliabilityDocument({ symptoms: countsOf(SYMPTOMS) }));
});

test('a proof without figures is not measured, a target that was missed is told, and what is not known is shown', async () => {
  const read = (name: string) =>
    name === 'broken-state.json'
      ? { rounds: 49, failures: [{ round: 1 }], more: { deep: 7 }, seed: 3 }
      : name === 'mine.json'
        ? { rounds: 1 }
        : undefined;
  const text = await reliabilityDocument({ read, names: ['broken-state.json', 'mine.json'], symptoms: countsOf(SYMPTOMS) });
  expect(text.match(/^Not measured\.$/gm)).toHaveLength(9);
  expect(text).toContain('| rounds | ≥ 50 | 49 | **missed** |');
  expect(text).toContain('| failures | 0 | 1 | **missed** |');
  expect(text).toContain('| more.deep |  | 7 |  |');
  expect(text).toContain('seed 3; commit not noted');
  expect(text).toContain('## mine\n');
});
