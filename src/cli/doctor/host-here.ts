import type { Interface } from '../../diagnose/preflight/advertise.js';
import { isLoopback } from '../../diagnose/preflight/advertise.js';
import type { HomeCluster } from '../../machine/home-clusters.js';
import type { Profile } from '../../profile/profile.js';

/** @returns whether this machine is that host of the profile: as which its cluster ran here, else by its addresses. Without hosts, always. */
export function hostHere(
  { hosts = [] }: Profile,
  existing: HomeCluster | undefined,
  interfaces: readonly Interface[],
): (host: string | null | undefined) => boolean {
  return (host) => {
    if (host === null || host === undefined) return true;
    if (existing?.host !== undefined) return existing.host === host;
    const at = hosts.find(({ name }) => name === host)?.address ?? '';
    return isLoopback(at) || interfaces.some(({ address }) => address === at);
  };
}

/** @returns the profile with the nodes of this machine only; with all of them if it is none of the hosts. */
export function partHere(profile: Profile, isHere: (host: string | undefined) => boolean): Profile {
  const nodes = profile.nodes.filter(({ host }) => isHere(host));
  return nodes.length === 0 ? profile : { ...profile, nodes };
}
