import type { World } from '../cluster/world.js';
import type { CallerEnvironment, Handlers } from '../contract/routes.js';
import { clusterNameOf, findProfile, type ProfileFolders, SHIPPED_PROFILES } from '../profile/find-profile.js';
import { listProfiles } from '../profile/list-profiles.js';
import { type LoadedProfile, loadProfile } from '../profile/load-profile.js';
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
export function loadRequested(world: World, { profile, caller, set, heap, ...options }: ProfileRequest): Promise<LoadedProfile> {
  const { rocketmq, java, dashboard, host } = options;
  return loadProfile(profile, {
    ...foldersOf(world, caller.cwd),
    overrides: {
      set,
      heap,
      ...(rocketmq === undefined ? {} : { rocketmq }),
      ...(java === undefined ? {} : { java }),
      ...(dashboard === undefined ? {} : { dashboard }),
      ...(host === undefined ? {} : { host }),
    },
  });
}

/** @returns the name of the cluster of the profile that a caller asks for. @throws RmqdevError PROFILE_NOT_FOUND */
export async function nameOfRequested(world: World, { profile, caller }: Pick<ProfileRequest, 'profile' | 'caller'>): Promise<string> {
  return clusterNameOf(await findProfile(profile, foldersOf(world, caller.cwd)));
}

function foldersOf(world: World, cwd: string): ProfileFolders {
  return { cwd, userProfiles: world.home.profiles, shippedProfiles: SHIPPED_PROFILES };
}
