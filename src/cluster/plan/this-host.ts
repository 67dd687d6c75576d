import { RmqdevError } from '../../base/errors.js';
import { type Interface, usableInterfaces } from '../../diagnose/preflight/advertise.js';
import { ownHosts, type Resolve } from '../../machine/own-hosts.js';
import { hostNamed, listOfHosts } from '../../profile/host-named.js';
import type { HostProfile, Profile } from '../../profile/profile.js';

/** What decides which host this machine is. */
export type HostRequest = {
  profile: Pick<Profile, 'name' | 'hosts' | 'nodes'>;
  /** `--host`. */
  asked: string | undefined;
  /** The host as which the cluster ran here before. */
  before: string | undefined;
  /** Do nodes run as `before` now? */
  isRunning: boolean;
  interfaces: readonly Interface[];
  resolve?: Resolve;
};

/**
 * @returns which of the profile's hosts this machine is: the one that was asked for, else the one that it was before, else the only one
 * whose address it has. Undefined if the profile has no hosts.
 * @throws RmqdevError HOST_UNKNOWN, HOST_NOT_HERE
 */
export async function settleHost(request: HostRequest): Promise<string | undefined> {
  const { profile, asked, before, isRunning, interfaces, resolve } = request;
  const hosts = profile.hosts ?? [];
  if (hosts.length === 0) {
    if (isRunning && before !== undefined) throw hostsLost(profile.name, before);
    return asked === undefined ? undefined : hostNamed(profile, asked).name;
  }
  const own = await ownHosts(hosts, interfaces, resolve);
  const named = asked ?? (hosts.some(({ name }) => name === before) ? before : undefined);
  const host = named === undefined ? onlyHostHere(request, hosts, own) : hostNamed(profile, named);
  if (isRunning && before !== undefined && before !== host.name) {
    throw new RmqdevError('HOST_UNKNOWN', {
      what: `this machine cannot become host ${host.name} now`,
      why: `its nodes run as host ${before}`,
      next: `Use --host ${before}; or stop them first with \`rmqdev down\``,
    });
  }
  if (!own.has(host.name)) {
    throw new RmqdevError('HOST_NOT_HERE', {
      what: `this machine cannot be host ${host.name}`,
      why: `host ${host.name} has the address ${host.address}, and this machine has ${ownAddresses(interfaces)}`,
      next: `Run the command on the machine that has it; or give this one's address on every machine: \`--set hosts.${host.name}=${usableInterfaces(interfaces)[0]?.address ?? '…'}\`. If NAT translates an address, write the machine's own as address and the public one as advertise`,
    });
  }
  return host.name;
}

/** All of the cluster would start here, beside what the other hosts go on running. */
function hostsLost(profile: string, before: string): RmqdevError {
  return new RmqdevError('HOST_UNKNOWN', {
    what: `profile ${profile} has no hosts any more`,
    why: `its nodes run here as host ${before}, and the other hosts run the rest`,
    next: 'Give the profile its hosts back; or end the cluster on every host first with `rmqdev down`',
  });
}

function onlyHostHere({ profile, interfaces }: HostRequest, hosts: readonly HostProfile[], own: ReadonlySet<string>): HostProfile {
  const [only, ...others] = hosts.filter(({ name }) => own.has(name));
  if (only && others.length === 0) return only;
  const [first] = hosts;
  throw new RmqdevError('HOST_UNKNOWN', {
    what: `which host of ${profile.name} is this machine?`,
    why: `it has ${ownAddresses(interfaces)}; the hosts are ${listOfHosts(hosts)}`,
    next: only
      ? `Say which: --host ${only.name}`
      : `Say which, with the addresses of all: \`rmqdev up ${profile.name} --host ${first?.name} ${hosts.map(({ name }) => `--set hosts.${name}=<address>`).join(' ')}\`, the same on every machine but for --host`,
  });
}

function ownAddresses(interfaces: readonly Interface[]): string {
  const own = usableInterfaces(interfaces);
  return own.length === 0 ? 'no address but 127.0.0.1' : own.map(({ name, address }) => `${address} (${name})`).join(', ');
}
