import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

type Rules = { layers: Record<string, string[]>; rooms: Record<string, Record<string, string[]>> };
const { readImports, violationsOf } = (await import(new URL('../../../scripts/layers/import-graph.mjs', import.meta.url).href)) as {
  readImports: (source: string) => Map<string, string[]>;
  violationsOf: (graph: Map<string, string[]>, rules: Rules) => string[];
};

let source: string;
beforeEach(() => {
  source = mkdtempSync(join(tmpdir(), 'rmqdev-imports-'));
});
afterEach(() => rmSync(source, { recursive: true, force: true }));

/** Writes a source tree: per file the lines it consists of. */
function house(files: Record<string, string[]>): void {
  for (const [name, lines] of Object.entries(files)) {
    mkdirSync(dirname(join(source, name)), { recursive: true });
    writeFileSync(join(source, name), `${lines.join('\n')}\n`);
  }
}

const found = (rules: Partial<Rules> = {}) =>
  violationsOf(readImports(source), { layers: { base: [], shop: [], cellar: [] }, rooms: {}, ...rules });

test('a layer imports itself, base and what it may; anything else is told with its file', () => {
  house({
    'base/clock.ts': ["import { join } from 'node:path';"],
    'shop/till.ts': ["import './coin.js';", "import { now } from '../base/clock.js';", "import { wine } from '../cellar/wine.js';"],
    'shop/coin.ts': ["import manifest from '../../package.json' with { type: 'json' };"],
    'cellar/wine.ts': [],
    'attic/box.ts': [],
  });
  expect(found()).toEqual(['attic/box.ts: attic is not a layer', 'shop/till.ts: shop must not import cellar (cellar/wine.ts)']);
  expect(found({ layers: { base: [], shop: ['cellar'], cellar: [], attic: [] } })).toEqual([]);
});

test('rooms of a layer have arrows of their own, and so have the files that lie in none', () => {
  house({
    'base/clock.ts': [],
    'shop/open.ts': ["import './desk/till.js';", "import './store/shelf.js';"],
    'shop/desk/till.ts': ["import '../store/shelf.js';", "import '../../base/clock.js';"],
    'shop/store/shelf.ts': ["import './deep/box.js';"],
    'shop/store/deep/box.ts': ["import type { Till } from '../../desk/till.js';"],
    'shop/yard/cart.ts': [],
    'cellar/wine.ts': ["import '../shop/open.js';"],
  });
  const layers = { base: [], shop: [], cellar: ['shop'] };
  const rooms = { shop: { '.': ['desk'], desk: ['store'], store: [] } };
  expect(found({ layers, rooms }).filter((line) => !line.startsWith('circle'))).toEqual([
    'shop/open.ts: room . of shop must not import room store (shop/store/shelf.ts)',
    'shop/store/deep/box.ts: room store of shop must not import room desk (shop/desk/till.ts)',
    'shop/yard/cart.ts: shop/yard is not a room',
  ]);
});

test('a circle is shown by its shortest way, however it is imported', () => {
  house({
    'shop/a.ts': ["import type { B } from './b.js';", "import './d.js';"],
    'shop/b.ts': ["export const load = () => import('./c.js');"],
    'shop/c.ts': ["export { a } from './a.js';"],
    'shop/d.ts': ["import './b.js';"],
    'shop/self.ts': ["import './self.js';"],
    'shop/outside.ts': ["import './a.js';"],
  });
  expect(found()).toEqual(['circle: shop/a.ts -> shop/b.ts -> shop/c.ts -> shop/a.ts', 'circle: shop/self.ts -> shop/self.ts']);
});
