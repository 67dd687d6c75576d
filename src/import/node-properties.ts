import type { NodeView } from '../diagnose/lint/node-view.js';
import { checkProperty, lookupKey, NEVER_READ, otherNameOf } from '../rocketmq/keys.js';
import type { ElectionMode } from '../rocketmq/releases.js';
import { type Change, change, meant } from './change.js';
import { holdsController } from './controllers.js';

export type ImportedRole = 'broker' | 'namesrv' | 'controller' | 'proxy';

/** Source: namesrv/.../NamesrvStartup.java. */
const CONTROLLERS_OBJECT = /^(Controller|Jraft)Config$/;

/** Keys that the profile says in its own words, or that rmqdev chooses: the code that decides about them reports the change. */
const SETTLED =
  /^(listenPort|brokerId|brokerName|brokerClusterName|brokerRole|dLegerGroup|dLegerSelfId|enableDLegerCommitLog|enableControllerMode|enableControllerInNamesrv|grpcServerPort)$/;

type Instead = { to: string; why: string };

/**
 * Keys that rmqdev writes, or that belong to another machine, and what replaces them. `onHosts` is what replaces them in a profile with
 * hosts; null if it has the same there.
 */
const INSTEAD: readonly (Instead & { keys: RegExp; onHosts?: Instead | null })[] = [
  { keys: /^namesrvAddr$/, to: 'the NameServers of the profile', why: 'they run on this machine', onHosts: null },
  {
    keys: /^(rocketMQClusterName|proxyClusterName)$/,
    to: 'the brokerClusterName of the profile',
    why: 'a proxy serves the brokers of its profile',
  },
  { keys: /^proxyMode$/, to: 'CLUSTER', why: 'in a profile a proxy is a separate process' },
  { keys: /^remotingListenPort$/, to: 'listenPort - 1', why: 'rmqdev chooses the ports of a node together' },
  {
    keys: /^localServeAddr$/,
    to: '127.0.0.1',
    why: 'the nodes run on this machine; `advertise` sets another address',
    onHosts: { to: 'the address of its host', why: '`advertise` sets another address' },
  },
  {
    keys: /^tls\w*(Path|Password)$/,
    to: 'left out',
    why: 'import does not copy the files with the keys: the proxy creates its own certificate',
  },
  { keys: /^haMasterAddress$/, to: 'the master of the profile', why: 'a slave learns the address of its master from the NameServers' },
  { keys: /^haListenPort$/, to: 'listenPort + 1', why: 'rmqdev chooses the ports of a node together' },
  {
    keys: /^dLegerPeers$/,
    to: 'the brokers of the profile that share its brokerName',
    why: 'they run on this machine, each at listenPort + 5',
    onHosts: {
      to: 'the brokers of the profile that share its brokerName',
      why: 'each at listenPort + 5 of its host: a firewall must pass it',
    },
  },
  {
    keys: /^(controllerAddr|controllerDLegerPeers)$/,
    to: 'the controllers of the profile',
    why: 'they run on this machine',
    onHosts: null,
  },
  { keys: /^controllerDLeger(Group|SelfId)$/, to: 'what rmqdev writes', why: 'only the controllers themselves read it' },
  { keys: /^(controllerType|jRaft\w+)$/, to: 'left out', why: 'the controllers of a profile agree by DLedger' },
  {
    keys: /^brokerIP[12]$/,
    to: '127.0.0.1',
    why: 'the nodes run on this machine; `advertise` sets another address',
    onHosts: null,
  },
  {
    keys: /^bindAddress$/,
    to: '127.0.0.1',
    why: 'the nodes run on this machine; `advertise` sets another address',
    onHosts: { to: 'left out', why: 'a node listens where the other hosts reach it' },
  },
  {
    keys: /(^storePath|^storeCheckpoint$|^abortFile$|Path$|Dir$|^rocketmqHome$)/,
    to: 'the folder of the node',
    why: 'each node has its store in its own folder',
  },
  {
    keys: /^(aclEnable|authenticationEnabled|authorizationEnabled)$/,
    to: 'left out',
    why: 'import does not copy the files with the accounts',
  },
];

/** Keys of an election mode that the profile does not use. */
const FOREIGN: Readonly<Record<ElectionMode | 'fixed', { keys: RegExp; why: string }>> = {
  fixed: {
    keys: /^(dLeger|enableDLeger|enableController|controller|preferredLeaderId$)/,
    why: 'the brokers of the profile are fixed masters and slaves',
  },
  dledger: { keys: /^(enableController|controller)/, why: 'the brokers of the profile are DLedger groups' },
  controller: { keys: /^(dLeger|enableDLeger|preferredLeaderId$)/, why: 'controllers choose the masters of the profile' },
};

/**
 * The keys of a file that the release reads and rmqdev does not write itself. The file of a NameServer with a controller in it has
 * two readers: each gets its own keys.
 * @param election how the brokers of the profile get their master
 * @param onHosts the profile has hosts
 */
export function nodeProperties(
  view: NodeView,
  role: ImportedRole,
  election: ElectionMode | undefined,
  onHosts: boolean,
): { properties: Record<string, string>; changes: Change[] } {
  const properties = new Map<string, string>();
  const changes: Change[] = [];
  for (const key of new Set(view.file.entries.map((entry) => entry.key))) {
    if (view.role === 'namesrv' && isControllers(view, key) !== (role === 'controller')) {
      const isTaken = election === 'controller' && holdsController(view);
      if (role === 'namesrv' && !isTaken)
        changes.push(change(view, key, 'left out', 'the NameServer has no controller that would read it'));
      continue;
    }
    const foreign = FOREIGN[election ?? 'fixed'];
    if (role === 'broker' && foreign.keys.test(key)) {
      const isOff = key.startsWith('enable') && meant(view, key)?.toLowerCase() === 'false';
      if (!isOff) changes.push(change(view, key, 'left out', foreign.why));
      continue;
    }
    if (SETTLED.test(key)) continue;
    const instead = INSTEAD.find(({ keys }) => keys.test(key));
    if (instead && (lookupKey(view.version, role, key) || NEVER_READ.has(key) || /^(storePath|haM)/.test(key))) {
      const { to, why } = onHosts && instead.onHosts !== undefined ? (instead.onHosts ?? { to: undefined, why: '' }) : instead;
      if (to !== undefined) changes.push(change(view, key, to, why));
      continue;
    }
    if (view.isOpen(key)) {
      changes.push(change(view, key, 'left out', 'its value is still missing'));
      continue;
    }
    const value = settingOf(view, key);
    const name = nameIn(view, role, key);
    const issue = checkProperty(view.version, role, name, value);
    if (issue) {
      changes.push(change(view, key, 'left out', issue.message));
      continue;
    }
    if (name !== key && view.entry(name)) {
      changes.push(change(view, key, 'left out', `${name} is set too`));
      continue;
    }
    if (name !== key) changes.push(change(view, key, `${name}=${value}`, `RocketMQ ${view.version} uses this name for it`));
    else if (value !== view.entry(key)?.value)
      changes.push(change(view, key, `${key}=${value}`, 'the text after the value was part of it'));
    properties.set(name, value);
  }
  return { properties: Object.fromEntries(properties), changes };
}

/** Whether a key in a NameServer's file is for the controller in it. */
function isControllers(view: NodeView, key: string): boolean {
  return CONTROLLERS_OBJECT.test(lookupKey(view.version, 'namesrv', key)?.object ?? '');
}

/** In a profile a peer of a DLedger group has its number in its id. */
function settingOf(view: NodeView, key: string): string {
  const value = meant(view, key) ?? '';
  return key === 'preferredLeaderId' ? value.replace(/^[A-Za-z](?=\d+$)/, 'n') : value;
}

function nameIn({ version }: NodeView, role: ImportedRole, key: string): string {
  const other = otherNameOf(key);
  return !lookupKey(version, role, key) && other && lookupKey(version, role, other) ? other : key;
}
