import { type ConfigRole, rangeOf } from '../../rocketmq/keys.js';
import { compareVersions, DEFAULT_RELEASE, isSince, SUPPORTED_RELEASES } from '../../rocketmq/releases.js';
import type { ConfigSet } from './config-set.js';

/** The release that a set is for. */
export type Release = {
  /** The one that keys and values are judged by. */
  version: string;
  /** Those that it may be, oldest first: the one where it is named, else all that fit. */
  possible: readonly string[];
};

/** First release with controllers and proxies, and of the keys of these. Source: distribution/bin. */
const NEW_ROLES_SINCE = '5.0.0';
const NEW_ROLES: readonly ConfigRole[] = ['controller', 'proxy', 'container'];

/** @param version of the user's; else the one that paths and images name, else every release that has the roles and keys of the set */
export function releaseOf(set: ConfigSet, version: string | undefined): Release {
  const named = version ?? (set.versions.length === 1 ? set.versions[0] : undefined);
  if (named !== undefined) return { version: named, possible: [named] };
  // Of several, the newest: a folder that was upgraded keeps the names of its past.
  if (set.versions.length > 1) {
    const possible = [...set.versions].sort(compareVersions);
    return { version: possible.at(-1) as string, possible };
  }
  const possible = isNew(set) ? SUPPORTED_RELEASES.filter((each) => isSince(each, NEW_ROLES_SINCE)) : SUPPORTED_RELEASES;
  return { version: DEFAULT_RELEASE, possible };
}

function isNew({ files }: ConfigSet): boolean {
  return files.some(({ role, entries }) => {
    if (role === undefined) return false;
    const isRead = ({ key }: { key: string }) => {
      const first = rangeOf(role, key)?.first;
      return first !== undefined && isSince(first, NEW_ROLES_SINCE);
    };
    return NEW_ROLES.includes(role) || entries.some(isRead);
  });
}

export type Certainty = 'all' | 'some' | 'none';

/** @returns whether a rule that holds from `since` on, and before `until`, holds for the releases that it may be. */
export function holdsFor({ possible }: Release, { since, until }: { since?: string; until?: string }): Certainty {
  const holding = possible.filter((each) => isSince(each, since) && (until === undefined || compareVersions(each, until) < 0));
  if (holding.length === 0) return 'none';
  return holding.length === possible.length ? 'all' : 'some';
}
