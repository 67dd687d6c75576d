import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { didYouMean } from '../base/nearest.js';
import type { ProfileProblem } from './profile.js';
import { schemaProblems } from './schema-problems.js';
import { entriesOf, mapTree, mapValues, merge, partAt, replaceEntry, type Tree, withoutNulls } from './source-tree.js';

/**
 * A layer is one piece of a profile, a file or an option of the command line, in the form that can be merged and moved: restart and
 * advertise are maps, so that their keys can be set one by one, and the paths of releases and JDKs are absolute, seen from the file that
 * names them (from `cwd` for an option).
 * @param written the piece as somebody wrote it
 * @returns also what is wrong with its shape; the layer is of no use then
 */
export function toLayer(written: Tree, cwd: string): { layer: Tree; problems: ProfileProblem[] } {
  return { layer: settleForms(written, cwd), problems: schemaProblems(written) };
}

/** Lays `layer` on `base`. If it removes a node (null) that `base` does not have, that is a problem: most often a node without its settings. */
export function layOn(base: Tree, layer: Tree): { tree: Tree; problems: ProfileProblem[] } {
  const inherited = entriesOf(partAt(withoutNulls(base), ['nodes']));
  const problems = [...entriesOf(entriesOf(layer).get('nodes'))]
    .filter(([id, node]) => node.value === null && !inherited.has(id))
    .map(([id, node]) => ({
      place: node.place,
      path: ['nodes', id],
      message: `null removes an inherited node, but no parent has "${id}"${didYouMean(id, inherited.keys())}`,
    }));
  return { tree: merge(base, layer), problems };
}

function settleForms(written: Tree, cwd: string): Tree {
  const changes: [key: string, change: (entry: Tree) => Tree][] = [
    ['restart', (entry) => asMap(entry, ['policy'])],
    ['advertise', (entry) => asMap(entry, ['clients', 'replication'])],
    ['rocketmq', (entry) => absolutePath(entry, cwd)],
    ['java', (entry) => absolutePath(entry, cwd)],
    ['jar', (entry) => fromItsFile(entry, cwd)],
  ];
  const settle = (settings: Tree) => changes.reduce((tree, [key, change]) => replaceEntry(tree, key, change), settings);
  const settleEach = (parts: Tree) => mapValues(parts, settle);
  const settleHosts = (hosts: Tree) =>
    mapTree(
      hosts.place,
      [...entriesOf(hosts)].map(([name, host]) => [name, settle(asMap(host, ['address']))]),
    );
  const parts: [key: string, change: (parts: Tree) => Tree][] = [
    ['roles', settleEach],
    ['nodes', settleEach],
    ['hosts', settleHosts],
  ];
  return parts.reduce((tree, [key, change]) => replaceEntry(tree, key, change), settle(written));
}

const asMap = (entry: Tree, keys: readonly string[]): Tree =>
  typeof entry.value === 'string'
    ? mapTree(
        entry.place,
        keys.map((key) => [key, entry]),
      )
    : entry;

/** A version stays as it is; a value with a slash, a leading ~ or .zip is a path. */
function absolutePath(entry: Tree, cwd: string): Tree {
  return typeof entry.value === 'string' && /^~|\/|\.zip$/.test(entry.value) ? fromItsFile(entry, cwd) : entry;
}

/** A path, as seen from the file that names it. */
function fromItsFile({ value, place }: Tree, cwd: string): Tree {
  if (typeof value !== 'string') return { value, place };
  return { place, value: resolve(place.line === 0 ? cwd : dirname(place.file), value.replace(/^~(?=\/|$)/, homedir())) };
}
