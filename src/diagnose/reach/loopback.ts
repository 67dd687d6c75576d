import { isLoopback } from '../../base/loopback.js';
import { type Interface, usableInterfaces } from '../preflight/advertise.js';
import type { ReachNode } from './port-table.js';

/** @returns what to say if clients on other machines would look for nodes on themselves. */
export function loopbackNotice(
  nodes: readonly Pick<ReachNode, 'id' | 'advertise'>[],
  interfaces: readonly Interface[],
): string | undefined {
  const found = nodes.filter(({ advertise }) => isLoopback(advertise.clients));
  const [first] = found;
  if (!first) return undefined;
  const who =
    found.length === nodes.length
      ? 'the nodes advertise'
      : `${found.map(({ id }) => id).join(', ')} ${found.length === 1 ? 'advertises' : 'advertise'}`;
  const address = usableInterfaces(interfaces)[0]?.address ?? '<address>';
  return `${who} ${first.advertise.clients}, where only programs on their own machine find them: open ports do not help others before --set advertise=${address}`;
}
