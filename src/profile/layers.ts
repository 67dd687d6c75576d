import { readFile } from 'node:fs/promises';
import { asError, RmqdevError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { type FoundProfile, findProfile, type ProfileFolders, parentSearch } from './find-profile.js';
import { parseYaml } from './parse-yaml.js';
import { didYouMean, displayPath, type ProfileProblem, throwProblems } from './problems.js';
import { schemaProblems } from './schema-problems.js';
import { settleForms } from './settle-forms.js';
import { entriesOf, mapTree, merge, partAt, type Tree, withoutNulls } from './source-tree.js';

/**
 * Reads the file `found` and all that it extends, checks each by itself, and lays them on one another, the oldest parent lowest.
 * @throws RmqdevError PROFILE_INVALID, NAME_INVALID, FILE_UNREADABLE
 */
export async function readLayers(found: FoundProfile, folders: ProfileFolders): Promise<Tree> {
  const layers: Tree[] = [];
  const files: string[] = [];
  for (let next: FoundProfile | undefined = found; next; ) {
    const { file }: FoundProfile = next;
    const fail = (problems: readonly ProfileProblem[]) => throwProblems(found.name, folders.cwd, problems);
    files.push(file);
    const layer = await readLayer(file, fail);
    layers.unshift(layer);
    next = await parentOf(layer, file, folders, fail);
    if (next && files.includes(next.file)) {
      const loop = [...files.slice(files.indexOf(next.file)), next.file].map((path) => displayPath(path, folders.cwd));
      fail([{ place: placeOfExtends(layer), path: ['extends'], message: `the profiles extend each other: ${loop.join(' -> ')}` }]);
    }
  }
  return layers.reduce(
    (base, layer) => {
      throwProblems(found.name, folders.cwd, absentNodeProblems(base, layer));
      return merge(base, settleForms(layer, folders.cwd));
    },
    mapTree({ file: found.file, line: 1 }, []),
  );
}

/** @returns a problem for each node that `layer` takes away (null) although `base` has none of that id: most often a node without its settings. */
export function absentNodeProblems(base: Tree, layer: Tree): ProfileProblem[] {
  const inherited = entriesOf(partAt(withoutNulls(base), ['nodes']));
  return [...entriesOf(entriesOf(layer).get('nodes'))]
    .filter(([id, node]) => node.value === null && !inherited.has(id))
    .map(([id, node]) => ({
      place: node.place,
      path: ['nodes', id],
      message: `null takes an inherited node away, but no parent has "${id}"${didYouMean(nearest(id, inherited.keys()))}`,
    }));
}

type Fail = (problems: readonly ProfileProblem[]) => void;

async function readLayer(file: string, fail: Fail): Promise<Tree> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new RmqdevError(
      'FILE_UNREADABLE',
      { what: `The profile ${file} cannot be read`, why: asError(error).message, next: 'Make it a file that you may read' },
      { cause: error },
    );
  });
  const { tree, problems } = parseYaml(text, (line, column) => ({ file, line, column }));
  fail(problems);
  const layer = tree.value === null ? mapTree(tree.place, []) : tree;
  fail(schemaProblems(layer));
  return layer;
}

async function parentOf(layer: Tree, file: string, folders: ProfileFolders, fail: Fail): Promise<FoundProfile | undefined> {
  const parent = entriesOf(layer).get('extends')?.value;
  if (typeof parent !== 'string') return undefined;
  try {
    return await findProfile(...parentSearch(parent, file, folders));
  } catch (error) {
    if (!(error instanceof RmqdevError) || error.code !== 'PROFILE_NOT_FOUND') throw error;
    const { what, why, next } = error.text;
    fail([{ place: placeOfExtends(layer), path: ['extends'], message: `${what[0]?.toLowerCase()}${what.slice(1)}: ${why}. ${next}` }]);
    return undefined;
  }
}

const placeOfExtends = (layer: Tree) => entriesOf(layer).get('extends')?.place ?? layer.place;
