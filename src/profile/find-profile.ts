import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { RmqdevError, systemCode } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { packageFile } from '../base/package-files.js';
import type { Profile, ProfileSource } from './profile.js';

/** Where profiles are looked for. All are absolute directories that need not exist. */
export type ProfileFolders = { cwd: string; userProfiles: string; shippedProfiles: string };

export type FoundProfile = { name: string; file: string; source: ProfileSource };

/** The profiles that come with rmqdev: `profiles/` beside package.json, two folders up from src/profile and dist/profile alike. */
export const SHIPPED_PROFILES = packageFile('profiles');

/** The profile of a project, in its root. */
const PROJECT_FILE = 'rmqdev.yaml';

/** The longest name of a cluster. */
const NAME_LENGTH = 63;

const ALIASES: ReadonlyMap<string, string> = new Map([['2m2s', '2m2s-sync']]);

const EXTENSION = /\.ya?ml$/;

/**
 * Finds a profile: a path (a file, or a folder with rmqdev.yaml), `rmqdev` (./rmqdev.yaml), one of the user's, one of the shipped, in this order.
 * An alias (`2m2s` for `2m2s-sync`) stays the profile's name. `except`: a file to leave out, so that a user's `single` can extend the shipped one.
 * @throws RmqdevError PROFILE_NOT_FOUND
 */
export async function findProfile(name: string, folders: ProfileFolders, except?: string): Promise<FoundProfile> {
  const { found } = await lookForProfile(name, folders, except);
  if (found === undefined) throw await notFound(name, folders);
  return found;
}

/** As `findProfile`. @returns also every place that was looked at, in order; the last is that of what was found */
export async function lookForProfile(
  name: string,
  folders: ProfileFolders,
  except?: string,
): Promise<{ found: FoundProfile | undefined; places: string[] }> {
  const places: string[] = [];
  for (const candidate of candidatesOf(name, folders)) {
    if (candidate.file === except) continue;
    places.push(candidate.file);
    if (await isFile(candidate.file)) return { found: candidate, places };
  }
  return { found: undefined, places };
}

/** @returns what to ask `findProfile` for the profile `parent`, which `file` extends: a path begins in the folder of that file. */
export function parentSearch(parent: string, file: string, folders: ProfileFolders): Parameters<typeof findProfile> {
  return [parent, { ...folders, cwd: dirname(file) }, parent.includes('/') ? undefined : file];
}

/** @returns every profile that can be asked for by name, each name once: what hides another comes first. Sorted within its source. */
export async function profileNames(folders: ProfileFolders): Promise<FoundProfile[]> {
  const here: FoundProfile[] = (await isFile(join(folders.cwd, PROJECT_FILE))) ? [projectProfile(folders)] : [];
  const all = [...here, ...(await profilesIn(folders.userProfiles, 'user')), ...(await profilesIn(folders.shippedProfiles, 'shipped'))];
  return all.filter(({ name }, i) => all.findIndex((other) => other.name === name) === i);
}

/** @returns the other names of the profile `name`. */
export function aliasesOf(name: string): string[] {
  return [...ALIASES].filter(([, target]) => target === name).map(([alias]) => alias);
}

/**
 * @returns what `up` calls a cluster of the profile if it is not told: as the profile, but the rmqdev.yaml of a project as its folder,
 * because every project calls the file so (as with `docker compose`).
 */
export function clusterNameOf({ name, file, source }: Pick<Profile, 'name' | 'file' | 'source'>): string {
  if (source !== 'here' || basename(file) !== PROJECT_FILE) return name;
  const folder = basename(dirname(file)).replace(/[^a-zA-Z0-9_-]+/g, '-');
  return (
    folder
      .replace(/^[-_]+/, '')
      .slice(0, NAME_LENGTH)
      .replace(/-+$/, '') || name
  );
}

function candidatesOf(name: string, folders: ProfileFolders): FoundProfile[] {
  if (isPath(name)) {
    const file = resolve(folders.cwd, name);
    const nameOf = (path: string) => basename(path).replace(EXTENSION, '');
    return [file, join(file, PROJECT_FILE)].map((path) => ({ name: nameOf(path), file: path, source: sourceOf(path, folders) }));
  }
  const spellings = [name, ALIASES.get(name)].filter((spelling) => spelling !== undefined);
  const inFolder = (folder: string, source: ProfileSource) =>
    spellings.flatMap((spelling) => ['yaml', 'yml'].map((ending) => ({ name, file: join(folder, `${spelling}.${ending}`), source })));
  return [
    ...(name === 'rmqdev' ? [projectProfile(folders)] : []),
    ...inFolder(folders.userProfiles, 'user'),
    ...inFolder(folders.shippedProfiles, 'shipped'),
  ];
}

const isPath = (name: string) => name === '.' || name === '..' || name.includes('/') || EXTENSION.test(name);

const projectProfile = ({ cwd }: ProfileFolders): FoundProfile => ({ name: 'rmqdev', file: join(cwd, PROJECT_FILE), source: 'here' });

function sourceOf(file: string, { userProfiles, shippedProfiles }: ProfileFolders): ProfileSource {
  const folder = dirname(file);
  return folder === shippedProfiles ? 'shipped' : folder === userProfiles ? 'user' : 'here';
}

async function profilesIn(folder: string, source: ProfileSource): Promise<FoundProfile[]> {
  const files = await readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw new RmqdevError(
      'FILE_UNREADABLE',
      { what: `${folder} cannot be read`, why: (error as Error).message, next: 'Make it a folder that you may read' },
      { cause: error },
    );
  });
  return files
    .filter((file) => EXTENSION.test(file))
    .sort()
    .map((file) => ({ name: file.replace(EXTENSION, ''), file: join(folder, file), source }));
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

async function notFound(name: string, folders: ProfileFolders): Promise<RmqdevError> {
  const found = (await profileNames(folders)).flatMap((profile) => [profile.name, ...aliasesOf(profile.name)]);
  const near = nearest(name, found);
  const known = found.length > 0 ? `known are ${found.join(', ')}` : 'there is none';
  return new RmqdevError('PROFILE_NOT_FOUND', {
    what: `There is no profile "${name}"`,
    why: isPath(name)
      ? whyNoFile(resolve(folders.cwd, name))
      : `${known}; looked in ${folders.userProfiles} and ${folders.shippedProfiles}`,
    next:
      near === undefined ? 'See `rmqdev profiles`, or give the path of a .yaml file' : `Did you mean "${near}"? See \`rmqdev profiles\``,
  });
}

const whyNoFile = (path: string) => (existsSync(path) ? `${path} is a folder, and a profile is a file` : `${path} does not exist`);
