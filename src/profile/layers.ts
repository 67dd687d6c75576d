import { readFile } from 'node:fs/promises';
import { asError, RmqdevError } from '../base/errors.js';
import { type FoundProfile, findProfile, type ProfileFolders, parentSearch } from './find-profile.js';
import { layOn, toLayer } from './layer.js';
import { parseYaml } from './parse-yaml.js';
import { displayPath } from './problems.js';
import type { ProfileProblem } from './profile.js';
import { entriesOf, mapTree, type Tree } from './source-tree.js';

/**
 * Reads the file `found` and all that it extends, and lays them on one another, the oldest parent lowest.
 * @returns also the problems of the first file that has some; the tree is of no use then
 * @throws RmqdevError FILE_UNREADABLE
 */
export async function readLayers(
  found: FoundProfile,
  folders: ProfileFolders,
): Promise<{ tree: Tree; problems: readonly ProfileProblem[] }> {
  const { layers, problems } = await readFiles(found, folders);
  let tree = mapTree({ file: found.file, line: 1 }, []);
  for (const layer of problems.length > 0 ? [] : layers) {
    const laid = layOn(tree, layer);
    if (laid.problems.length > 0) return laid;
    tree = laid.tree;
  }
  return { tree, problems };
}

/** @returns the layers of `found` and its parents, the oldest first, up to the first file with problems. */
async function readFiles(found: FoundProfile, folders: ProfileFolders): Promise<{ layers: Tree[]; problems: readonly ProfileProblem[] }> {
  const layers: Tree[] = [];
  const files: string[] = [];
  for (let next: FoundProfile | undefined = found; next; ) {
    const { file }: FoundProfile = next;
    files.push(file);
    const { layer, problems } = await readFileLayer(file, folders.cwd);
    if (problems.length > 0) return { layers, problems };
    layers.unshift(layer);
    const parent = await parentOf(layer, file, folders);
    if (parent.problems.length > 0) return { layers, problems: parent.problems };
    next = parent.found;
    if (next && files.includes(next.file)) {
      const loop = [...files.slice(files.indexOf(next.file)), next.file].map((path) => displayPath(path, folders.cwd));
      return { layers, problems: [problemOfExtends(layer, `the profiles extend each other: ${loop.join(' -> ')}`)] };
    }
  }
  return { layers, problems: [] };
}

async function readFileLayer(file: string, cwd: string): Promise<{ layer: Tree; problems: readonly ProfileProblem[] }> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new RmqdevError(
      'FILE_UNREADABLE',
      { what: `The profile ${file} cannot be read`, why: asError(error).message, next: 'Make the file readable for this user' },
      { cause: error },
    );
  });
  const { tree, problems } = parseYaml(text, (line, column) => ({ file, line, column }));
  if (problems.length > 0) return { layer: tree, problems };
  return toLayer(tree.value === null ? mapTree(tree.place, []) : tree, cwd);
}

async function parentOf(
  layer: Tree,
  file: string,
  folders: ProfileFolders,
): Promise<{ found: FoundProfile | undefined; problems: ProfileProblem[] }> {
  const parent = entriesOf(layer).get('extends')?.value;
  if (typeof parent !== 'string') return { found: undefined, problems: [] };
  try {
    const found = await findProfile(...parentSearch(parent, file, folders));
    return { found, problems: [] };
  } catch (error) {
    if (!(error instanceof RmqdevError) || error.code !== 'PROFILE_NOT_FOUND') throw error;
    const { what, why, next } = error.text;
    return { found: undefined, problems: [problemOfExtends(layer, `${what[0]?.toLowerCase()}${what.slice(1)}: ${why}. ${next}`)] };
  }
}

function problemOfExtends(layer: Tree, message: string): ProfileProblem {
  return { place: entriesOf(layer).get('extends')?.place ?? layer.place, path: ['extends'], message };
}
