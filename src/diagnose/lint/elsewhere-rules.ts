import { isIPv4 } from 'node:net';
import type { Finding, FindingPlace } from '../../base/finding.js';
import { finding, placeOf } from './finding.js';
import { isLoopback } from './hosts.js';
import type { NodeView } from './node-view.js';

const KEYS = ['brokerIP1', 'brokerIP2', 'namesrvAddr', 'haMasterAddress', 'controllerAddr', 'dLegerPeers', 'controllerDLegerPeers'];

/** Addresses that are not in `own`, if everything should run on one machine: each once, with all its lines. */
export function elsewhereFindings(nodes: readonly NodeView[], own: readonly string[]): Finding[] {
  const places = new Map<string, FindingPlace[]>();
  for (const node of nodes) {
    for (const key of KEYS) {
      for (const address of addressesIn(node.value(key) ?? '')) {
        if (isLoopback(address) || own.includes(address)) continue;
        const known = places.get(address) ?? [];
        places.set(address, known);
        known.push(placeOf(node, key));
      }
    }
  }
  return [...places].map(([address, at]) =>
    finding(
      'ADDRESS_ELSEWHERE',
      [
        `${address} is not an address of this machine`,
        'brokers, clients and slaves would look for each other there',
        'Write 127.0.0.1, as `rmqdev import` does',
      ],
      at,
    ),
  );
}

const addressesIn = (value: string) => [
  ...new Set(
    value
      .split(';')
      .map((each) => each.trim().replace(/^\w+-/, '').replace(/:\d+$/, ''))
      .filter((each) => isIPv4(each) && each !== '0.0.0.0'),
  ),
];
