import { Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { withDefaults } from './defaults.js';
import type { LoadedProfile } from './load-profile.js';
import { formatPlace } from './problems.js';
import { NodeFile, PROFILE_KEYS } from './profile-schema.js';
import { nodeIds, nodeTree } from './resolve-nodes.js';
import { entriesOf, mapTree, type Tree } from './source-tree.js';

/** Not in the result: parents are merged in, roles are in their nodes. */
const MERGED_KEYS = ['extends', 'roles'];

/**
 * @returns the effective profile as YAML that loads to the same profile; behind each value, as a comment, where it comes from:
 * file:line:column (relative to `cwd` where below it), the option, or `default`.
 */
export function showProfile({ tree }: Pick<LoadedProfile, 'tree'>, cwd: string): string {
  const nodes = nodeIds(tree).map((id): [string, Tree] => [id, inOrder(nodeTree(tree, id), NODE_KEYS)]);
  const shown = mapTree(tree.place, new Map(entriesOf(withDefaults(tree))).set('nodes', mapTree(tree.place, nodes)));
  const document = new Document();
  document.contents = toYaml(
    inOrder(
      shown,
      PROFILE_KEYS.filter((key) => !MERGED_KEYS.includes(key)),
    ),
    cwd,
  ) as typeof document.contents;
  return document.toString({ lineWidth: 0 });
}

const NODE_KEYS = Object.keys(NodeFile.shape);

function inOrder(tree: Tree, keys: readonly string[]): Tree {
  const entries = entriesOf(tree);
  return mapTree(
    tree.place,
    keys.flatMap((key): [string, Tree][] => {
      const entry = entries.get(key);
      return entry ? [[key, entry]] : [];
    }),
  );
}

function toYaml(tree: Tree, cwd: string): Node {
  const { value } = tree;
  if (value instanceof Map && value.size > 0) {
    const map = new YAMLMap();
    map.items = [...entriesOf(tree)].map(([key, entry]) => new Pair(new Scalar(key), toYaml(entry, cwd)));
    return map;
  }
  if (Array.isArray(value) && value.length > 0) {
    const list = new YAMLSeq();
    list.items = value.map((item: Tree) => toYaml(item, cwd));
    return list;
  }
  const leaf = value instanceof Map ? new YAMLMap() : Array.isArray(value) ? new YAMLSeq() : new Scalar(value);
  leaf.comment = ` ${formatPlace(tree.place, cwd)}`;
  return leaf;
}
