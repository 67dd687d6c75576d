import { type ConfigRole, rangeOf } from '../../rocketmq/keys.js';
import { compareVersions, DEFAULT_RELEASE, isSince, SUPPORTED_RELEASES } from '../../rocketmq/releases.js';
import type { ConfigSet } from './config-set.js';

/** The release that a set is for. */
export type Release = {
  /** The release by which keys and values are judged. */
  version: string;
  /** The possible releases, oldest first: the named one, or else all that fit. */
  possible: readonly string[];
};

/** First release with controllers and proxies, and with their keys. Source: distribution/bin. */
const NEW_ROLES_SINCE = '5.0.0';
const NEW_ROLES: readonly ConfigRole[] = ['controller', 'proxy', 'container'];

/** @param version the user's choice; else the one that paths and images name, else every release that has the roles and keys of the set */
export function releaseOf(set: ConfigSet, version: string | undefined): Release {
  const named = version ?? (set.versions.length === 1 ? set.versions[0] : undefined);
  if (named !== undefined) return { version: named, possible: [named] };
  // If there are several, the newest: an upgraded folder keeps its old names.
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

/** @returns whether a rule that holds from `since` on and before `until` holds for the possible releases. */
export function holdsFor({ possible }: Release, { since, until }: { since?: string; until?: string }): Certainty {
  const holding = possible.filter((each) => isSince(each, since) && (until === undefined || compareVersions(each, until) < 0));
  if (holding.length === 0) return 'none';
  return holding.length === possible.length ? 'all' : 'some';
}
