import type { HomeCluster } from '../../machine/home-clusters.js';
import type { Profile } from '../../profile/profile.js';

/**
 * @param own the hosts whose address this machine has
 * @returns whether this machine is that host of the profile: as which its cluster ran here, else by its addresses. Without hosts, always.
 */
export function hostHere(existing: HomeCluster | undefined, own: ReadonlySet<string>): (host: string | null | undefined) => boolean {
  return (host) => {
    if (host === null || host === undefined) return true;
    return existing?.host === undefined ? own.has(host) : existing.host === host;
  };
}

/** @returns the profile with the nodes of this machine only; with all of them if it is none of the hosts. */
export function partHere(profile: Profile, isHere: (host: string | undefined) => boolean): Profile {
  const nodes = profile.nodes.filter(({ host }) => isHere(host));
  return nodes.length === 0 ? profile : { ...profile, nodes };
}
