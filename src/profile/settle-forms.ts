import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { entriesOf, mapTree, replaceEntry, type Tree } from './source-tree.js';

/**
 * @returns `layer` in the form that can be merged and moved: restart and advertise as maps, so that their keys can be set one by one,
 * and the paths of releases and JDKs absolute, seen from the file that names them (from `cwd` for an option).
 */
export function settleForms(layer: Tree, cwd: string): Tree {
  const settle = (settings: Tree) =>
    [
      ['restart', (entry: Tree) => asMap(entry, ['policy'])],
      ['advertise', (entry: Tree) => asMap(entry, ['clients', 'replication'])],
      ['rocketmq', (entry: Tree) => absolutePath(entry, cwd)],
      ['java', (entry: Tree) => absolutePath(entry, cwd)],
    ].reduce((tree, [key, change]) => replaceEntry(tree, key as string, change as (entry: Tree) => Tree), settings);
  const settleEach = (parts: Tree) => mapValues(parts, settle);
  return replaceEntry(replaceEntry(settle(layer), 'roles', settleEach), 'nodes', settleEach);
}

/** @returns the map `tree` with `change` applied to each entry that is a map. */
export function mapValues(tree: Tree, change: (entry: Tree) => Tree): Tree {
  if (!(tree.value instanceof Map)) return tree;
  return mapTree(
    tree.place,
    [...entriesOf(tree)].map(([key, entry]) => [key, entry.value instanceof Map ? change(entry) : entry]),
  );
}

const asMap = (entry: Tree, keys: readonly string[]): Tree =>
  typeof entry.value === 'string'
    ? mapTree(
        entry.place,
        keys.map((key) => [key, entry]),
      )
    : entry;

/** A version stays as it is; a value with a slash, a leading ~ or .zip is a path. */
function absolutePath({ value, place }: Tree, cwd: string): Tree {
  if (typeof value !== 'string' || !/^~|\/|\.zip$/.test(value)) return { value, place };
  return { place, value: resolve(place.line === 0 ? cwd : dirname(place.file), value.replace(/^~(?=\/|$)/, homedir())) };
}
