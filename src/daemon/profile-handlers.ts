import type { World } from '../cluster/world.js';
import type { CallerEnvironment, Handlers } from '../contract/routes.js';
import { clusterNameOf, findProfile, type ProfileFolders, SHIPPED_PROFILES } from '../profile/find-profile.js';
import { listProfiles } from '../profile/list-profiles.js';
import { type LoadedProfile, type ReadProfile, readProfile } from '../profile/load-profile.js';
import type { ProfileOverrides } from '../profile/overrides.js';
import { formatPlace } from '../profile/problems.js';
import { showProfile } from '../profile/show-profile.js';

export type ProfileRequest = {
  profile: string;
  caller: CallerEnvironment;
  set: string[];
  heap: string[];
  rocketmq?: string | undefined;
  java?: string | undefined;
  /** As in `UpParams`, but what must be. */
  dashboard?: string | undefined;
  host?: string | undefined;
};

export function profileHandlers(world: World): Pick<Handlers, 'profiles' | 'profileShow'> {
  return {
    profiles: async ({ cwd }) => {
      const profiles = await listProfiles(foldersOf(world, cwd));
      return {
        profiles: profiles.map(({ name, aliases, description, nodes, file, source, problem }) => ({
          name,
          aliases: [...aliases],
          description,
          nodes,
          file,
          source,
          problem: problem ?? null,
        })),
      };
    },
    profileShow: async (request) => {
      const loaded = await loadRequested(world, request);
      return {
        yaml: showProfile(loaded, request.caller.cwd),
        warnings: loaded.warnings.map(({ message, place }) => (place ? `${formatPlace(place, request.caller.cwd)}: ${message}` : message)),
        profile: loaded.profile,
      };
    },
  };
}

/** Loads the profile that a caller asked for, relative to the caller's folder. */
async function loadRequested(world: World, request: ProfileRequest): Promise<LoadedProfile> {
  return (await readRequested(world, request)).read(overridesOf(request));
}

/** Reads the files of the profile that a caller asked for, relative to the caller's folder. @returns also the name that its cluster has by default */
export async function readRequested(
  world: World,
  { profile, caller }: Pick<ProfileRequest, 'profile' | 'caller'>,
): Promise<{ read: ReadProfile; name: string }> {
  const folders = foldersOf(world, caller.cwd);
  const found = await findProfile(profile, folders);
  return { read: await readProfile(found, folders), name: clusterNameOf(found) };
}

export function overridesOf({ set, heap, rocketmq, java, dashboard, host }: Omit<ProfileRequest, 'profile' | 'caller'>): ProfileOverrides {
  return {
    set,
    heap,
    ...(rocketmq === undefined ? {} : { rocketmq }),
    ...(java === undefined ? {} : { java }),
    ...(dashboard === undefined ? {} : { dashboard }),
    ...(host === undefined ? {} : { host }),
  };
}

function foldersOf(world: World, cwd: string): ProfileFolders {
  return { cwd, userProfiles: world.home.profiles, shippedProfiles: SHIPPED_PROFILES };
}
