import { lookup } from 'node:dns/promises';
import { isLoopback } from '../base/loopback.js';
import type { HostProfile } from '../profile/profile.js';

/** @returns the addresses of a name; none if it cannot be resolved. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** @returns the names of those hosts whose address this machine has. A loopback address is every machine's own. */
export async function ownHosts(
  hosts: readonly HostProfile[],
  interfaces: readonly { address: string }[],
  resolve: Resolve = addressesOf,
): Promise<ReadonlySet<string>> {
  const own = new Set(interfaces.map(({ address }) => address));
  const isOwn = (address: string) => own.has(address) || isLoopback(address);
  const found = await Promise.all(hosts.map(async ({ name, address }) => ((await resolve(address)).some(isOwn) ? [name] : [])));
  return new Set(found.flat());
}

async function addressesOf(name: string): Promise<readonly string[]> {
  return lookup(name, { all: true }).then(
    (found) => found.map(({ address }) => address),
    () => [],
  );
}
