import { readFile, stat } from 'node:fs/promises';
import { type FoundProfile, lookForProfile, type ProfileFolders, parentSearch } from './find-profile.js';
import { parseYaml } from './parse-yaml.js';
import { entriesOf } from './source-tree.js';

export type SourceFile = { text: string; modifiedMs: number };

/** Every place where a file of the profile is looked for, with what lies there; undefined: nothing that can be read. */
export type ProfileSources = ReadonlyMap<string, SourceFile | undefined>;

/**
 * Reads the files that the profile `name` is made from: its own and those that it extends, as far as they can be followed. What is wrong
 * with them is for `loadProfile` to say. The places include those that are looked at first: a file that comes there is read instead.
 */
export async function readProfileSources(name: string, folders: ProfileFolders): Promise<ProfileSources> {
  const sources = new Map<string, SourceFile | undefined>();
  let search: Parameters<typeof lookForProfile> | undefined = [name, folders];
  while (search) {
    const { found, places }: { found: FoundProfile | undefined; places: string[] } = await lookForProfile(...search);
    for (const place of places) if (!sources.has(place)) sources.set(place, undefined);
    // Profiles that extend each other end here.
    if (found === undefined || sources.get(found.file) !== undefined) break;
    const source = await readSource(found.file);
    sources.set(found.file, source);
    const parent = source && parentOf(source.text, found.file);
    search = parent === undefined ? undefined : parentSearch(parent, found.file, folders);
  }
  return sources;
}

async function readSource(file: string): Promise<SourceFile | undefined> {
  try {
    const { mtimeMs } = await stat(file);
    return { text: await readFile(file, 'utf8'), modifiedMs: mtimeMs };
  } catch {
    return undefined;
  }
}

function parentOf(text: string, file: string): string | undefined {
  const parent = entriesOf(parseYaml(text, (line, column) => ({ file, line, column })).tree).get('extends')?.value;
  return typeof parent === 'string' ? parent : undefined;
}
