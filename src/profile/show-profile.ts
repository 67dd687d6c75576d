import { Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { LoadedProfile } from './load-profile.js';
import { formatPlace } from './problems.js';
import { entriesOf, type Tree } from './source-tree.js';

/**
 * @returns the effective profile as YAML that loads to the same profile; behind each value, as a comment, where it comes from:
 * file:line:column (relative to `cwd` if below it), the option, or `default`.
 */
export function showProfile({ effective }: Pick<LoadedProfile, 'effective'>, cwd: string): string {
  const document = new Document();
  document.contents = toYaml(effective, cwd) as typeof document.contents;
  return document.toString({ lineWidth: 0 });
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
