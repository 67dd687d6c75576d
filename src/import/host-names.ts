import { isIPv4 } from 'node:net';
import { isLoopbackHost } from './addresses.js';

/** A line of a file like /etc/hosts. People write in its comment what they know of the machine. */
export type HostName = { address: string; comment: string };
export type HostNames = ReadonlyMap<string, HostName>;

/** Adds the names of an /etc/hosts that is among the files; the first address of a name wins, as in a resolver. */
export function readHostNames(lines: readonly string[], names: Map<string, HostName>): void {
  for (const line of lines) {
    const [told = '', ...comments] = line.split('#');
    const [address, ...own] = told.trim().split(/\s+/);
    if (address === undefined || !isIPv4(address) || isLoopbackHost(address)) continue;
    for (const name of own) if (!names.has(name)) names.set(name, { address, comment: comments.join('#') });
  }
}
