import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

type Spread = { median: number; min: number; max: number; values?: number[] };
type Row = {
  name: string;
  title: string;
  unit: string;
  of: string;
  base?: string;
  baseTitle?: string;
  better?: 'less' | 'more';
  target?: { ratio: number } | { atMost: number } | { moreThanBase: number };
  beside?: { text: string; of: string; unit: string }[];
  tolerance?: number;
};
type Result = { value: Spread; base?: Spread; ratio?: Spread; beside?: unknown[] };
type Rounds = Record<string, Record<string, number | undefined> | undefined>[];
type Family = { name: string; section: string; rows: Row[]; sides: Record<string, string> };
type Record_ = { runs: Record<string, Record<string, unknown>>; rows: Record<string, Record<string, unknown>> };

const load = (name: string) => import(new URL(`../../../scripts/bench/${name}.mjs`, import.meta.url).href);
const { comparisonOf, median, resultOf, spreadOf, verdictOf } = (await load('figures')) as {
  median: (values: number[]) => number;
  spreadOf: (values: (number | undefined)[]) => Spread | undefined;
  resultOf: (row: Row, rounds: Rounds) => Result | undefined;
  verdictOf: (row: Row, result: Result) => string | undefined;
  comparisonOf: (row: Row, was: unknown, is: unknown, where: { isSameMachine: boolean }) => { verdict: string; of: string };
};
const { withResults } = (await load('record')) as {
  withResults: (record: Record_, run: unknown, results: Map<string, unknown>, id?: string) => { record: Record_; id: string };
};
const { performanceDocument, readmeWith } = (await load('document')) as {
  performanceDocument: (of: { families: Family[]; record: Record_; tried: Record<string, string> }) => string;
  readmeWith: (readme: string, record: Record_) => string;
};
const { shown, shownRatio, shownSpread } = (await load('units')) as {
  shown: (value: number, unit: string) => string;
  shownRatio: (ratio: Spread) => string;
  shownSpread: (spread: Spread, unit: string) => string;
};
const { rowsNamed } = (await load('rows-named')) as {
  rowsNamed: (words: string[], families: Pick<Family, 'name' | 'rows'>[]) => Set<string>;
};

const up: Row = { name: 'up', title: '`up`', unit: 'ms', of: 'rmqdev.ms', base: 'scripts.ms', target: { ratio: 0.2 } };
const rounds = (...pairs: [number | undefined, number | undefined][]): Rounds =>
  pairs.map(([ours, theirs]) => ({
    ...(ours !== undefined && { rmqdev: { ms: ours } }),
    ...(theirs !== undefined && { scripts: { ms: theirs } }),
  }));

test('a median is the middle, or between the two in the middle', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([7])]).toEqual([2, 2.5, 7]);
  expect(spreadOf([undefined, 3, Number.NaN, 1])).toEqual({ median: 2, min: 1, max: 3, values: [3, 1] });
  expect(spreadOf([undefined])).toBeUndefined();
});

test('the ratio is that of the medians, its range that of the rounds', () => {
  const result = resultOf(up, rounds([1_000, 10_000], [2_000, 10_000], [1_500, 15_000]));
  expect(result?.value.median).toBe(1_500);
  expect(result?.base?.median).toBe(10_000);
  expect(result?.ratio).toEqual({ median: 0.15, min: 0.1, max: 0.2 });
});

test('a side that failed in a round costs that figure, and no other', () => {
  const result = resultOf(up, rounds([1_000, undefined], [undefined, 10_000], [2_000, 10_000]));
  expect(result?.value.values).toEqual([1_000, 2_000]);
  expect(result?.ratio).toEqual({ median: 0.15, min: 0.15, max: 0.2 });
  expect(resultOf(up, rounds([undefined, 10_000]))).toBeUndefined();
  // Without the other side there is nothing to compare with, so there is no row.
  expect(resultOf(up, rounds([1_000, undefined]))).toBeUndefined();
});

test('what is told beside a row may be missing', () => {
  const row = { ...up, beside: [{ text: 'first start', of: 'first.ms', unit: 'ms' }] };
  expect(resultOf(row, rounds([1, 10]))?.beside).toBeUndefined();
  expect(resultOf(row, [{ ...rounds([1, 10])[0], first: { ms: 3 } }])?.beside).toHaveLength(1);
});

test('a target is a ratio, a limit, or a limit above what it is compared with', () => {
  const verdict = (row: Partial<Row>, ...pairs: [number, number][]) => {
    const whole = { ...up, ...row };
    return verdictOf(whole, resultOf(whole, rounds(...pairs)) as Result);
  };
  expect(verdict({ target: { ratio: 0.2 } }, [2, 10])).toBe('met');
  expect(verdict({ target: { ratio: 0.2 } }, [2.1, 10])).toBe('missed');
  expect(verdict({ target: { atMost: 15 } }, [16, 1])).toBe('missed');
  expect(verdict({ target: { moreThanBase: 110 } }, [150, 40])).toBe('met');
  expect(verdict({ target: { moreThanBase: 110 } }, [151, 40])).toBe('missed');
  const { target: _, ...open } = up;
  expect(verdictOf(open, resultOf(open, rounds([1, 2])) as Result)).toBeUndefined();
});

test('a later run is compared by its ratio anywhere, by its bare value only on the same machine', () => {
  const compared = (row: Partial<Row>, before: [number, number], after: [number, number], isSameMachine = false) => {
    const whole = { ...up, ...row };
    if (row.base === '') delete whole.base;
    return comparisonOf(whole, resultOf(whole, rounds(before)), resultOf(whole, rounds(after)), { isSameMachine }).verdict;
  };
  expect(compared({}, [2, 10], [2.5, 10])).toBe('same');
  expect(compared({}, [2, 10], [2.6, 10])).toBe('worse');
  expect(compared({}, [2, 10], [26, 100])).toBe('worse');
  expect(compared({}, [2, 10], [1.5, 10])).toBe('better');
  expect(compared({ tolerance: 1 }, [2, 10], [4, 10])).toBe('same');
  expect(compared({ better: 'more' }, [8, 10], [6, 10])).toBe('worse');
  expect(compared({ better: 'more' }, [8, 10], [9, 10])).toBe('same');
  expect(compared({ base: '' }, [2, 0], [20, 0])).toBe('unknown');
  expect(compared({ base: '' }, [2, 0], [20, 0], true)).toBe('worse');
  expect(comparisonOf(up, undefined, resultOf(up, rounds([1, 2])), { isSameMachine: true }).verdict).toBe('unknown');
});

test('--only takes rows, beginnings of names and families', () => {
  const named = (...names: string[]) => names.map((name) => ({ name }) as Row);
  const families = [
    { name: 'cluster-4', rows: named('up-4', 'down-4') },
    { name: 'cluster-5', rows: named('up-5', 'down-5') },
    { name: 'command', rows: named('status', 'status-node22') },
  ];
  const of = (...words: string[]) => [...rowsNamed(words, families)].join(' ');
  expect(of()).toBe('up-4 down-4 up-5 down-5 status status-node22');
  expect(of('up')).toBe('up-4 up-5');
  expect(of('cluster-4', 'status')).toBe('up-4 down-4 status');
  expect(() => of('upp')).toThrow('there is no row "upp"');
});

test('figures are short, and a range has its unit once', () => {
  expect([shown(4_240, 'ms'), shown(8.24, 'ms'), shown(730e6, 'bytes'), shown(2.1e9, 'bytes'), shown(12_345.6, 'perSecond')]).toEqual([
    '4.2 s',
    '8.2 ms',
    '730 MB',
    '2.10 GB',
    '12,346/s',
  ]);
  expect(shownSpread({ median: 4_200, min: 4_000, max: 4_400, values: [1, 2, 3] }, 'ms')).toBe('4.2 s (4.0–4.4 s)');
  expect(shownSpread({ median: 990, min: 940, max: 1_400, values: [1, 2, 3] }, 'ms')).toBe('1.0 s (940 ms–1.4 s)');
  expect(shownSpread({ median: 4_200, min: 4_200, max: 4_200, values: [1] }, 'ms')).toBe('4.2 s');
  expect(shownRatio({ median: 0.0812, min: 0.078, max: 0.085 })).toBe('0.081 × (0.078–0.085)');
});

const family: Family = {
  name: 'cluster',
  section: 'cluster',
  sides: {},
  rows: [
    { ...up, name: 'up-4.9.7' },
    { ...up, name: 'down-4.9.7', title: '`down`' },
  ],
};
const run = (commit: string, at = '2026-01-02T00:00:00.000Z') => ({
  at,
  commit,
  rmqdev: '1.2.3',
  machine: '2 cores',
  node: '20.0.0',
  load: 0.1,
  rounds: 3,
  command: 'npm run bench',
});
const result = (ours: number, theirs: number) => ({
  failures: [],
  facts: {},
  sides: {},
  ...resultOf({ ...up }, rounds([ours, theirs])),
});

test('a run keeps the rows that it did not measure, with their own date and commit', () => {
  const first = withResults(
    { runs: {}, rows: {} },
    run('aaaaaaa', '2026-01-01T00:00:00.000Z'),
    new Map([
      ['up-4.9.7', result(3_000, 10_000)],
      ['down-4.9.7', result(1_000, 10_000)],
    ]),
  );
  const second = withResults(first.record, run('bbbbbbb'), new Map([['up-4.9.7', result(1_500, 10_000)]]));
  expect(second.id).not.toBe(first.id);
  const text = performanceDocument({ families: [family], record: second.record, tried: {} });
  expect(text).toContain('- **2026-01-01**, rmqdev 1.2.3 at commit `aaaaaaa`');
  expect(text).toContain('- **2026-01-02**, rmqdev 1.2.3 at commit `bbbbbbb`');
  expect(text).toContain('| `up` | 1.5 s | 10.0 s | 0.15 × | ≤ 0.2 × | met |');
  expect(text).toContain('| `down` | 1.0 s | 10.0 s | 0.10 × | ≤ 0.2 × | met |');
  // Row by row of one run is one run, and a run without rows is forgotten.
  const third = withResults(second.record, run('bbbbbbb'), new Map([['down-4.9.7', result(1_000, 10_000)]]), second.id);
  expect(Object.keys(third.record.runs)).toEqual([second.id]);
});

test('a target that is missed says so, with what was tried for it; what was not measured says that', () => {
  const { record } = withResults({ runs: {}, rows: {} }, run('aaaaaaa'), new Map([['up-4.9.7', result(3_000, 10_000)]]));
  const text = performanceDocument({
    families: [family],
    record,
    tried: { 'up-4.9.7': 'Smaller heaps: no effect.', 'down-4.9.7': 'never shown' },
  });
  expect(text).toContain('**0 of 2 targets are met, 1 missed, 1 not measured yet.**');
  expect(text).toContain('| ≤ 0.2 × | **missed** |');
  expect(text).toContain('**`up`** (`up-4.9.7`): 0.30 ×, target ≤ 0.2 ×. Smaller heaps: no effect.');
  expect(text).toContain('| `down` | not measured |');
  expect(text).not.toContain('never shown');
});

test('README gets the figures between its two lines', () => {
  const { record } = withResults({ runs: {}, rows: {} }, run('aaaaaaa'), new Map([['up-4.9.7', result(3_000, 10_000)]]));
  const readme = 'before\n<!-- performance: written by npm run bench -->\nold\n<!-- /performance -->\nafter\n';
  const written = readmeWith(readme, record);
  expect(written).toContain('| `up 2m2s` until replicated and writable | 3.0 s / 10.0 s = **0.30 ×** | not measured |');
  expect(written).not.toContain('old');
  expect(readmeWith(written, record)).toBe(written);
  expect(() => readmeWith('no place', record)).toThrow('README.md must have the lines');
});

const root = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
const recorded = JSON.parse(root('docs/performance.json')) as Record_;

test('README’s figures are those of docs/performance.json (npm run bench -- --document)', () => {
  expect(root('README.md')).toBe(readmeWith(root('README.md'), recorded));
});

test('docs/performance.md is what docs/performance.json and tried.yaml make of it (npm run bench -- --document)', async () => {
  const { FAMILIES } = (await load('families')) as { FAMILIES: Family[] };
  const tried = parse(root('scripts/bench/tried.yaml')) as Record<string, string>;
  expect(root('docs/performance.md')).toBe(performanceDocument({ families: FAMILIES, record: recorded, tried }));
  expect(Object.keys(tried).filter((name) => !FAMILIES.some(({ rows }) => rows.some((row) => row.name === name)))).toEqual([]);
});
