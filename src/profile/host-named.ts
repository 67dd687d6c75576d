import { RmqdevError } from '../base/errors.js';
import type { HostProfile, Profile } from './profile.js';

/** @returns the host of the profile with that name. @throws RmqdevError HOST_UNKNOWN, also if the profile has no hosts */
export function hostNamed({ name: profile, hosts = [] }: Pick<Profile, 'name' | 'hosts'>, name: string): HostProfile {
  const host = hosts.find((each) => each.name === name);
  if (host) return host;
  const isAlone = hosts.length === 0;
  throw new RmqdevError('HOST_UNKNOWN', {
    what: `there is no host ${name}`,
    why: isAlone
      ? `profile ${profile} has no hosts: everything in it runs on one machine`
      : `profile ${profile} has the hosts ${listOfHosts(hosts)}`,
    next: isAlone ? 'Leave --host out' : `Use one of them: --host ${hosts.map((each) => each.name).join(' or --host ')}`,
  });
}

/** For people: `a (192.168.1.20), b (192.168.1.21)`. */
export const listOfHosts = (hosts: readonly HostProfile[]): string => hosts.map(({ name, address }) => `${name} (${address})`).join(', ');
