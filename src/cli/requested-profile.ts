import type { HomePaths } from '../base/paths.js';
import { SHIPPED_PROFILES } from '../profile/find-profile.js';
import { loadProfile } from '../profile/load-profile.js';
import type { Profile } from '../profile/profile.js';
import { overridesOf, type ProfileOptions } from './profile-options.js';

/** @returns the profile that a command names, seen from the folder of its caller, without a daemon. */
export async function requestedProfile(
  home: HomePaths,
  { profile: name, ...options }: ProfileOptions & { profile: string },
): Promise<Profile> {
  const folders = { cwd: process.cwd(), userProfiles: home.profiles, shippedProfiles: SHIPPED_PROFILES };
  const { profile } = await loadProfile(name, { ...folders, overrides: overridesOf(options) });
  return profile;
}
