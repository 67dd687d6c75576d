import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { type ProfileProblem, ROLES, type SourcePlace } from './profile.js';
import { mapTree, type Scalar, type Tree } from './source-tree.js';

/** Far above any profile, far below what a chain of aliases can blow up to. */
const MOST_VALUES = 20_000;

/** Maps and lists that may be left empty. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['roles', 'nodes', 'topics', 'groups', 'properties', 'env', 'jvm', ...ROLES]);

export type ParsedYaml = { tree: Tree; problems: readonly ProfileProblem[] };

/**
 * Reads one YAML 1.2 document. `placeAt` says how a line and column (from 1) are named in messages.
 * A number that does not read back as it was written (`04`, `5.10`, `0x1F`, a long beyond 2^53) stays text: Java gets what the user typed.
 */
export function parseYaml(text: string, placeAt: (line: number, column: number) => SourcePlace): ParsedYaml {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const placeOf = (offset: number | undefined) => {
    const { line, col } = lineCounter.linePos(offset ?? 0);
    return placeAt(Math.max(1, line), Math.max(1, col));
  };
  const root = placeAt(1, 1);
  const syntax = [...document.errors, ...document.warnings].map(({ message, pos }) => ({ place: placeOf(pos[0]), path: [], message }));
  if (syntax.length > 0) return { tree: mapTree(root, []), problems: syntax };

  const problems: ProfileProblem[] = [];
  const open = new Set<Node>();
  let values = 0;

  const read = (node: Node | null | undefined, place: SourcePlace): Tree => {
    values += 1;
    if (!node || values > MOST_VALUES) return { place, value: null };
    if (isScalar(node)) return { place, value: readScalar(node.value, node.source) };
    const target = isAlias(node) ? node.resolve(document) : node;
    if (!target || open.has(target)) {
      problems.push({ place, path: [], message: isAlias(node) ? `the alias *${node.source} contains itself` : 'a value contains itself' });
      return { place, value: null };
    }
    open.add(target);
    const tree = isMap(target)
      ? mapTree(place, readPairs(target))
      : isSeq<Node>(target)
        ? { place, value: target.items.map((item) => read(item, placeOf(item?.range?.[0]))) }
        : read(target, place);
    open.delete(target);
    return tree;
  };

  const readPairs = (map: YAMLMap): [string, Tree][] =>
    map.items.flatMap(({ key, value }): [string, Tree][] => {
      const place = placeOf((key as Node | null)?.range?.[0] ?? map.range?.[0]);
      const name =
        isScalar(key) && key.value !== null ? (typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))) : undefined;
      // Assigned to an object, __proto__ is not a key but its prototype.
      if (name === undefined || name === '__proto__') {
        problems.push({ place, path: [], message: 'expected a plain word as key' });
        return [];
      }
      if (isAbsent(value as Node | null) && !MAY_BE_EMPTY.has(name)) problems.push({ place, path: [], message: noValue(name) });
      return [[name, read(value as Node | null, place)]];
    });

  const tree = document.contents ? read(document.contents as Node, root) : mapTree(root, []);
  if (values > MOST_VALUES) problems.push({ place: root, path: [], message: `more than ${MOST_VALUES} values, aliases followed` });
  return { tree, problems };
}

/** Nothing was written, not even null. */
function isAbsent(value: Node | null): boolean {
  return value === null || (isScalar(value) && value.value === null && (value.source ?? '') === '');
}

/** `{ heap 384m }` is a key without a value for YAML, and says nothing to anybody. */
function noValue(key: string): string {
  const [, name, value] = /^(\S+)\s+(.+)$/.exec(key) ?? [];
  return name === undefined
    ? `${key} has no value; null removes the inherited value`
    : `"${key}" has no colon; write \`${name}: ${value}\``;
}

function readScalar(value: unknown, source: string | undefined): Scalar {
  if (typeof value === 'number') return source === undefined || String(value) === source ? value : source;
  return typeof value === 'string' || typeof value === 'boolean' || value === null ? value : String(value);
}
