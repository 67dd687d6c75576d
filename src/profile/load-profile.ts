import { crossCheck } from './cross-checks.js';
import { type FoundProfile, findProfile, type ProfileFolders } from './find-profile.js';
import { readLayers } from './layers.js';
import { applyOverrides, type ProfileOverrides } from './overrides.js';
import { throwProblems } from './problems.js';
import type { Profile, ProfileProblem, ProfileWarning } from './profile.js';
import { type ResolvedProfile, resolveProfile } from './resolve-profile.js';

export type LoadedProfile = Pick<ResolvedProfile, 'propertyPlaces' | 'effective'> & {
  profile: Profile;
  warnings: readonly ProfileWarning[];
};

const NO_OVERRIDES: ProfileOverrides = { set: [], heap: [] };

/**
 * Reads the profile `name` (see `findProfile`): defaults < what it extends < its file < `overrides`.
 * Whether a property exists in the release, and has the right type, is for the caller to check: `propertyPlaces` says where it stands.
 * @throws RmqdevError PROFILE_NOT_FOUND, PROFILE_INVALID, NAME_INVALID (only names are wrong), FILE_UNREADABLE
 */
export async function loadProfile(name: string, options: ProfileFolders & { overrides?: ProfileOverrides }): Promise<LoadedProfile> {
  const found = await findProfile(name, options);
  return loadFoundProfile(found, options, options.overrides);
}

export async function loadFoundProfile(found: FoundProfile, folders: ProfileFolders, overrides?: ProfileOverrides): Promise<LoadedProfile> {
  return (await readProfile(found, folders))(overrides);
}

/** A profile whose files have been read: lays a command line on them. @throws RmqdevError PROFILE_INVALID, NAME_INVALID */
export type ReadProfile = (overrides?: ProfileOverrides) => LoadedProfile;

/** One stage after the other, each on the whole of what the one before it made: the first that finds problems ends it. */
export async function readProfile(found: FoundProfile, folders: ProfileFolders): Promise<ReadProfile> {
  const { cwd } = folders;
  const refuse = (problems: readonly ProfileProblem[]) => throwProblems(found.name, cwd, problems);

  const files = await readLayers(found, folders);
  refuse(files.problems);
  return (overrides = NO_OVERRIDES) => {
    const merged = applyOverrides(files.tree, overrides, cwd);
    refuse(merged.problems);
    const { resolved, problems } = resolveProfile(merged.tree, found);
    refuse(problems);
    const checked = crossCheck(resolved);
    refuse(checked.problems);

    const { propertyPlaces, effective } = resolved;
    const { dashboard } = overrides;
    const profile = dashboard === undefined ? resolved.profile : { ...resolved.profile, dashboard };
    return { profile, warnings: checked.warnings, propertyPlaces, effective };
  };
}
