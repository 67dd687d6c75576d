import type { NodeView } from '../diagnose/lint/node-view.js';
import { checkProperty, lookupKey, otherNameOf } from '../rocketmq/keys.js';
import { type Change, change, meant } from './change.js';

/** Keys that the profile says in its own words, or that rmqdev allots: what becomes of them is said where it is settled. */
const SETTLED = /^(listenPort|brokerId|brokerName|brokerClusterName|brokerRole)$/;

/** Keys of ours, or of another machine: what stands in their place. */
const INSTEAD: readonly { keys: RegExp; to: string; why: string }[] = [
  { keys: /^namesrvAddr$/, to: 'the NameServers of the profile', why: 'they run on this machine' },
  { keys: /^haMasterAddress$/, to: 'the master of the profile', why: 'a slave learns its master from the NameServers' },
  { keys: /^haListenPort$/, to: 'listenPort + 1', why: 'rmqdev allots the ports of a node together' },
  { keys: /^(brokerIP[12]|bindAddress)$/, to: '127.0.0.1', why: 'the nodes run on this machine; `advertise` sets another address' },
  { keys: /(^storePath|Path$|Dir$|^rocketmqHome$)/, to: 'the folder of the node', why: 'each node has its store in a folder of its own' },
  {
    keys: /^(aclEnable|authenticationEnabled|authorizationEnabled)$/,
    to: 'left out',
    why: 'the files with the accounts are not taken over',
  },
  { keys: /^(dLeger|enableDLeger|enableController|controller)/, to: 'left out', why: 'the profile has fixed masters and slaves' },
];

/** What the release reads of a file and rmqdev does not write itself. */
export function nodeProperties(view: NodeView, role: 'broker' | 'namesrv'): { properties: Record<string, string>; changes: Change[] } {
  const properties = new Map<string, string>();
  const changes: Change[] = [];
  for (const key of new Set(view.file.entries.map((entry) => entry.key))) {
    if (SETTLED.test(key)) continue;
    const instead = INSTEAD.find(({ keys }) => keys.test(key));
    if (instead && (lookupKey(view.version, role, key) || /^(storePath|haM)/.test(key))) {
      changes.push(change(view, key, instead.to, instead.why));
      continue;
    }
    const value = meant(view, key) ?? '';
    const name = nameIn(view, role, key);
    const issue = checkProperty(view.version, role, name, value);
    if (issue) {
      changes.push(change(view, key, 'left out', issue.message));
      continue;
    }
    if (name !== key && view.entry(name)) {
      changes.push(change(view, key, 'left out', `${name} is there too`));
      continue;
    }
    if (name !== key) changes.push(change(view, key, `${name}=${value}`, `RocketMQ ${view.version} has it under this name`));
    else if (value !== view.entry(key)?.value)
      changes.push(change(view, key, `${key}=${value}`, 'what stood behind the value was part of it'));
    properties.set(name, value);
  }
  return { properties: Object.fromEntries(properties), changes };
}

function nameIn({ version }: NodeView, role: 'broker' | 'namesrv', key: string): string {
  const other = otherNameOf(key);
  return !lookupKey(version, role, key) && other && lookupKey(version, role, other) ? other : key;
}
