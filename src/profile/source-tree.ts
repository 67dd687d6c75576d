import type { Path, SourcePlace } from './profile.js';

/** Settings as they were written, each with its place. An entry of a map has the place of its key. */
export type Tree = { readonly place: SourcePlace; readonly value: Scalar | readonly Tree[] | Entries };
export type Scalar = string | number | boolean | null;
export type Entries = ReadonlyMap<string, Tree>;

const NO_ENTRIES: Entries = new Map();

/** @returns the entries of `tree`; none if it is not a map. */
export function entriesOf(tree: Tree | undefined): Entries {
  return tree?.value instanceof Map ? tree.value : NO_ENTRIES;
}

export function mapTree(place: SourcePlace, entries: Iterable<readonly [string, Tree]>): Tree {
  return { place, value: new Map(entries) };
}

/** @returns `plain` as a tree whose every part has `place`. */
export function toTree(plain: unknown, place: SourcePlace): Tree {
  if (Array.isArray(plain)) return { place, value: plain.map((item) => toTree(item, place)) };
  if (typeof plain !== 'object' || plain === null) return { place, value: plain as Scalar };
  return mapTree(
    place,
    Object.entries(plain).map(([key, value]) => [key, toTree(value, place)]),
  );
}

/** @returns `tree` without its places. An entry that is null is left out: null says that a value is not given, or removed. */
export function toPlain(tree: Tree): unknown {
  const { value } = withoutNulls(tree);
  if (Array.isArray(value)) return value.map(toPlain);
  return value instanceof Map ? Object.fromEntries([...(value as Entries)].map(([key, entry]) => [key, toPlain(entry)])) : value;
}

/** Lays `over` on `base`: maps are merged key by key, anything else is replaced. A null stays, to hide what is laid below later. */
export function merge(base: Tree | undefined, over: Tree): Tree {
  if (!(over.value instanceof Map)) return over;
  const merged = new Map(entriesOf(base));
  for (const [key, entry] of entriesOf(over)) merged.set(key, merge(merged.get(key), entry));
  // An option that changes something inside a map has not written the map.
  return { place: over.place.line === 0 ? (base ?? over).place : over.place, value: merged };
}

/** @returns `tree` without the entries that are null. */
export function withoutNulls(tree: Tree): Tree {
  if (!(tree.value instanceof Map)) return tree;
  const given = [...entriesOf(tree)].filter(([, entry]) => entry.value !== null);
  return mapTree(
    tree.place,
    given.map(([key, entry]) => [key, withoutNulls(entry)]),
  );
}

/** @returns `tree` without the values that `mask` also has, nor the maps that this empties. */
export function without(tree: Tree, mask: Tree): Tree {
  const kept = [...entriesOf(tree)].flatMap(([key, entry]): [string, Tree][] => {
    const masked = entriesOf(mask).get(key);
    if (!masked) return [[key, entry]];
    if (!(masked.value instanceof Map && entry.value instanceof Map)) return [];
    const rest = without(entry, masked);
    return entriesOf(rest).size > 0 ? [[key, rest]] : [];
  });
  return mapTree(tree.place, kept);
}

/** @returns those entries of the map `tree` whose key is in `keys`, in the order of `keys`. */
export function pick(tree: Tree, keys: readonly string[]): Tree {
  const entries = entriesOf(tree);
  return mapTree(
    tree.place,
    keys.flatMap((key): [string, Tree][] => {
      const entry = entries.get(key);
      return entry ? [[key, entry]] : [];
    }),
  );
}

/** @returns `tree` with the entry `key` replaced by what `change` makes of it; as it is if it has none. */
export function replaceEntry(tree: Tree, key: string, change: (entry: Tree) => Tree): Tree {
  const entry = entriesOf(tree).get(key);
  return entry ? mapTree(tree.place, new Map(entriesOf(tree)).set(key, change(entry))) : tree;
}

/** @returns the map `tree` with `change` applied to each entry that is a map. */
export function mapValues(tree: Tree, change: (entry: Tree) => Tree): Tree {
  if (!(tree.value instanceof Map)) return tree;
  return mapTree(
    tree.place,
    [...entriesOf(tree)].map(([key, entry]) => [key, entry.value instanceof Map ? change(entry) : entry]),
  );
}

/** @returns the part of `tree` at `path`, or undefined. */
export function partAt(tree: Tree, path: Path): Tree | undefined {
  let part: Tree | undefined = tree;
  for (const step of path) {
    part =
      typeof step === 'number' && Array.isArray(part?.value) ? (part.value as readonly Tree[])[step] : entriesOf(part).get(String(step));
  }
  return part;
}

/** @returns where `path` was written, or the part around it that is nearest. */
export function placeAt(tree: Tree, path: Path): SourcePlace {
  for (let length = path.length; length > 0; length -= 1) {
    const part = partAt(tree, path.slice(0, length));
    if (part) return part.place;
  }
  return tree.place;
}
