import { RmqdevError } from '../base/errors.js';
import { aliasesOf, type FoundProfile, type ProfileFolders, profileNames } from './find-profile.js';
import { loadFoundProfile } from './load-profile.js';

/** A profile for `rmqdev profiles`. `problem` says what is wrong with one that cannot be used; it then counts 0 nodes. */
export type ListedProfile = FoundProfile & {
  aliases: readonly string[];
  description: string;
  nodes: number;
  problem: string | undefined;
};

/** @returns the project's, the user's and the shipped profiles; one with mistakes does not hide the others. */
export async function listProfiles(folders: ProfileFolders): Promise<ListedProfile[]> {
  return Promise.all((await profileNames(folders)).map((found) => describe(found, folders)));
}

async function describe(found: FoundProfile, folders: ProfileFolders): Promise<ListedProfile> {
  const listed = { ...found, aliases: aliasesOf(found.name) };
  try {
    const { profile } = await loadFoundProfile(found, folders);
    return { ...listed, description: profile.description, nodes: profile.nodes.length, problem: undefined };
  } catch (error) {
    if (!(error instanceof RmqdevError)) throw error;
    return { ...listed, description: '', nodes: 0, problem: error.message };
  }
}
