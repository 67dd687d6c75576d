import { readFile, stat } from 'node:fs/promises';
import { type FoundProfile, lookForProfile, type ProfileFolders, parentSearch } from './find-profile.js';
import { parseYaml } from './parse-yaml.js';
import { entriesOf } from './source-tree.js';

/** `extends`: the profile that it names as its parent. `isSettled`: a later write gives it another `modifiedMs`. */
export type SourceFile = { text: string; modifiedMs: number; extends: string | undefined; isSettled: boolean };

/** Every place where a file of the profile is looked for, with what lies there; undefined: nothing that can be read. */
export type ProfileSources = ReadonlyMap<string, SourceFile | undefined>;

/** Two writes within one tick of the file system's clock (2 s on FAT) give a file the same time. */
const TICK_MS = 2_000;

/**
 * Reads the files that the profile `name` is made from: its own and those that it extends, as far as they can be followed. What is wrong
 * with them is for `loadProfile` to say. The places include those that are looked at first: a file that comes there is read instead.
 * @param known what was read before: of it a file is taken that has not been written since
 */
export async function readProfileSources(name: string, folders: ProfileFolders, known?: ProfileSources): Promise<ProfileSources> {
  const sources = new Map<string, SourceFile | undefined>();
  let search: Parameters<typeof lookForProfile> | undefined = [name, folders];
  while (search) {
    const { found, places }: { found: FoundProfile | undefined; places: string[] } = await lookForProfile(...search);
    for (const place of places) if (!sources.has(place)) sources.set(place, undefined);
    // Profiles that extend each other end here.
    if (found === undefined || sources.get(found.file) !== undefined) break;
    const source = await readSource(found.file, known?.get(found.file));
    sources.set(found.file, source);
    search = source?.extends === undefined ? undefined : parentSearch(source.extends, found.file, folders);
  }
  return sources;
}

async function readSource(file: string, known: SourceFile | undefined): Promise<SourceFile | undefined> {
  try {
    const { mtimeMs: modifiedMs } = await stat(file);
    if (known?.isSettled && known.modifiedMs === modifiedMs) return known;
    const isSettled = Date.now() - modifiedMs > TICK_MS;
    const text = await readFile(file, 'utf8');
    return { text, modifiedMs, extends: parentOf(text, file), isSettled };
  } catch {
    return undefined;
  }
}

function parentOf(text: string, file: string): string | undefined {
  const parent = entriesOf(parseYaml(text, (line, column) => ({ file, line, column })).tree).get('extends')?.value;
  return typeof parent === 'string' ? parent : undefined;
}
