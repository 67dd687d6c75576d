import { nearest } from '../base/nearest.js';
import KEYS from './keys.json' with { type: 'json' };
import { compareVersions, isSince, type ProcessRole } from './releases.js';

/** `int`, `long`, `double`, `float`, `boolean`, `String`, `json`, or the allowed words, such as `SYNC_FLUSH|ASYNC_FLUSH`. */
export type KeyType = string;

/** A key as one release reads it. */
export type ConfigKey = {
  key: string;
  /** The Java class that takes it, such as BrokerConfig. */
  object: string;
  type: KeyType;
  /** Null if it is null or depends on the machine. May hold `${user.home}` and `${rocketmq.home.dir}`. */
  defaultValue: string | null;
};

/** The supported releases that read a key, oldest and newest. Releases between two supported ones are not examined. */
export type KeyRange = { first: string; last: string };

/** First and last release with these values; type; default. Written by scripts/generate-keys from the jars of the supported releases. */
type KeyRow = [first: string, last: string, type: string, defaultValue: string | null];
type ConfigObject = { releases: readonly string[]; keys: Readonly<Record<string, readonly KeyRow[]>> };

/** What a configuration file can be for: a process, or the container that runs several brokers in one. */
export type ConfigRole = ProcessRole | 'container';

const OBJECTS = KEYS as unknown as Readonly<Record<string, ConfigObject>>;

/** The objects that a role fills from its file, in the order of the source; `since`: the first release that does. */
const OBJECTS_OF_ROLE: Readonly<Record<ConfigRole, readonly { object: string; since?: string; source: string }[]>> = {
  broker: [
    { object: 'BrokerConfig', source: 'broker/.../BrokerStartup.java' },
    { object: 'NettyServerConfig', source: 'broker/.../BrokerStartup.java' },
    { object: 'NettyClientConfig', source: 'broker/.../BrokerStartup.java' },
    { object: 'MessageStoreConfig', source: 'broker/.../BrokerStartup.java' },
    { object: 'AuthConfig', since: '5.3.0', source: 'broker/.../BrokerStartup.java' },
  ],
  namesrv: [
    { object: 'NamesrvConfig', source: 'namesrv/.../NamesrvStartup.java' },
    { object: 'NettyServerConfig', source: 'namesrv/.../NamesrvStartup.java' },
    { object: 'NettyClientConfig', since: '5.0.0', source: 'namesrv/.../NamesrvStartup.java' },
    { object: 'ControllerConfig', since: '5.0.0', source: 'namesrv/.../NamesrvStartup.java, with enableControllerInNamesrv' },
    { object: 'JraftConfig', since: '5.2.0', source: 'namesrv/.../NamesrvStartup.java, with enableControllerInNamesrv' },
  ],
  controller: [
    { object: 'ControllerConfig', source: 'controller/.../ControllerStartup.java' },
    { object: 'JraftConfig', since: '5.2.0', source: 'controller/.../ControllerStartup.java' },
    { object: 'NettyServerConfig', source: 'controller/.../ControllerStartup.java' },
    { object: 'NettyClientConfig', source: 'controller/.../ControllerStartup.java' },
  ],
  proxy: [
    { object: 'ProxyConfig', source: 'proxy/.../config/ConfigurationManager.java' },
    { object: 'AuthConfig', since: '5.3.0', source: 'proxy/.../config/Configuration.java' },
  ],
  container: [
    { object: 'BrokerContainerConfig', source: 'container/.../BrokerContainerStartup.java' },
    { object: 'NettyServerConfig', source: 'container/.../BrokerContainerStartup.java' },
    { object: 'NettyClientConfig', source: 'container/.../BrokerContainerStartup.java' },
  ],
};

/**
 * @returns how `version` reads `key` in the file of `role`, or undefined if it ignores it. A release that is not supported counts as
 * reading what its older or its newer neighbour reads.
 */
export function lookupKey(version: string, role: ConfigRole, key: string): ConfigKey | undefined {
  return tableOf(version, role).get(key);
}

/** What the start-up code sets before it reads the file. Source: BrokerStartup.java, NamesrvStartup.java, ControllerStartup.java `setListenPort`. */
const START_DEFAULTS: Partial<Record<ConfigRole, Readonly<Record<string, string>>>> = {
  broker: { listenPort: '10911' },
  namesrv: { listenPort: '9876' },
  controller: { listenPort: '19876' },
};

const tables = new Map<string, ReadonlyMap<string, ConfigKey>>();

/** All keys that `role` of `version` reads, made once: lint looks up a hundred thousand. If two objects have the same key, the first counts. */
function tableOf(version: string, role: ConfigRole): ReadonlyMap<string, ConfigKey> {
  const name = `${role} ${version}`;
  const known = tables.get(name);
  if (known) return known;
  const rows = objectsOf(role, version).flatMap((object) => {
    const wanted = neighbours(object, version);
    return Object.keys(OBJECTS[object]?.keys ?? {}).flatMap((key): [string, ConfigKey][] => {
      const [row] = rowsOf(object, key, wanted);
      return row ? [[key, { key, object, type: row[2], defaultValue: START_DEFAULTS[role]?.[key] ?? row[3] }]] : [];
    });
  });
  const table = new Map(rows.reverse());
  tables.set(name, table);
  return table;
}

/** @returns the supported releases whose `role` reads `key`, or undefined if none does. */
export function rangeOf(role: ConfigRole, key: string): KeyRange | undefined {
  const rows = OBJECTS_OF_ROLE[role].flatMap(({ object }) => rowsOf(object, key, releasesOf(object)));
  const firsts = rows.map(([first]) => first).sort(compareVersions);
  const lasts = rows.map(([, last]) => last).sort(compareVersions);
  const [first, last] = [firsts[0], lasts.at(-1)];
  return first && last ? { first, last } : undefined;
}

/** @returns every key that `role` of `version` reads. */
export function keysOf(version: string, role: ConfigRole): string[] {
  return objectsOf(role, version).flatMap((object) => {
    const wanted = neighbours(object, version);
    return Object.keys(OBJECTS[object]?.keys ?? {}).filter((key) => rowsOf(object, key, wanted).length > 0);
  });
}

function objectsOf(role: ConfigRole, version: string): string[] {
  return OBJECTS_OF_ROLE[role].filter(({ since }) => isSince(version, since)).map(({ object }) => object);
}

function releasesOf(object: string): readonly string[] {
  return OBJECTS[object]?.releases ?? [];
}

/** The releases to look at for `version`: that one if it is supported, else the nearest older and the nearest newer one. */
function neighbours(object: string, version: string): string[] {
  const older = releasesOf(object).findLast((release) => compareVersions(release, version) <= 0);
  const newer = releasesOf(object).find((release) => compareVersions(release, version) >= 0);
  return [older, newer].filter((release) => release !== undefined);
}

function rowsOf(object: string, key: string, releases: readonly string[]): readonly KeyRow[] {
  const keys = OBJECTS[object]?.keys ?? {};
  if (!Object.hasOwn(keys, key)) return [];
  return (keys[key] ?? []).filter(([first, last]) =>
    releases.some((release) => compareVersions(release, first) >= 0 && compareVersions(release, last) <= 0),
  );
}

/** `message` is a sentence without its full stop: what is wrong, what RocketMQ would do, what to do instead. */
export type PropertyIssue = {
  code: 'UNKNOWN_KEY' | 'KEY_NOT_READ' | 'WRONG_TYPE' | 'BLANK_AT_END' | 'OWNED_KEY';
  severity: 'error' | 'warning';
  message: string;
};

const BROKER: readonly ProcessRole[] = ['broker'];
const PROXY: readonly ProcessRole[] = ['proxy'];

/** Keys that make a node what it is. rmqdev writes them; another value would contradict its probes and its files. */
const OWNED: readonly { keys: readonly string[]; roles?: readonly ProcessRole[]; instead: string }[] = [
  { keys: ['listenPort'], instead: 'set listenPort of the node itself, outside `properties`' },
  { keys: ['haListenPort'], roles: BROKER, instead: 'it is listenPort + 1: set listenPort of the node' },
  { keys: ['brokerId'], roles: BROKER, instead: 'set brokerId of the node itself, outside `properties`' },
  { keys: ['brokerName'], roles: BROKER, instead: 'set brokerName of the node itself, outside `properties`' },
  { keys: ['brokerClusterName'], roles: BROKER, instead: 'set brokerClusterName of the profile' },
  { keys: ['brokerRole'], roles: BROKER, instead: 'it follows from `replication` of the profile and brokerId of the node' },
  { keys: ['namesrvAddr'], instead: 'it follows from the nodes with role: namesrv' },
  {
    keys: ['haMasterAddress'],
    roles: BROKER,
    instead: 'it follows from brokerName and brokerId; on 5.x a slave with this key never connects',
  },
  {
    keys: ['enableDLegerCommitLog', 'dLegerGroup', 'dLegerPeers', 'dLegerSelfId'],
    roles: BROKER,
    instead: 'set `replication: dledger` of the profile; the group is the brokerName, its peers are the brokers that share it',
  },
  {
    keys: ['enableControllerMode', 'controllerAddr'],
    roles: BROKER,
    instead: 'set `replication: controller` of the profile, which needs nodes with role: controller',
  },
  {
    keys: ['controllerDLegerGroup', 'controllerDLegerPeers', 'controllerDLegerSelfId', 'controllerStorePath'],
    roles: ['controller', 'namesrv'],
    instead: 'it follows from the nodes with role: controller, or the NameServers with enableControllerInNamesrv',
  },
  { keys: ['grpcServerPort'], roles: PROXY, instead: 'set listenPort of the node itself, outside `properties`' },
  { keys: ['remotingListenPort'], roles: PROXY, instead: 'it is listenPort - 1: set listenPort of the node' },
  { keys: ['rocketMQClusterName'], roles: PROXY, instead: 'set brokerClusterName of the profile' },
  { keys: ['proxyMode', 'brokerConfigPath'], roles: PROXY, instead: 'a proxy of rmqdev runs in CLUSTER mode, next to the brokers' },
  { keys: ['remotingAccessAddr'], roles: PROXY, instead: 'set `advertise.clients` of the cluster or the node' },
  { keys: ['localServeAddr'], roles: PROXY, instead: 'it is 127.0.0.1; proxies of one machine tell each other apart by it' },
  { keys: ['brokerIP1'], roles: BROKER, instead: 'set `advertise.clients` of the cluster or the node' },
  { keys: ['brokerIP2'], roles: BROKER, instead: 'set `advertise.replication` of the cluster or the node' },
  {
    keys: ['storePathRootDir', 'storePathCommitLog', 'storePathDLedgerCommitLog', 'storePathEpochFile', 'storePathBrokerIdentity'],
    roles: BROKER,
    instead: 'each node keeps its store in its own folder; set RMQDEV_HOME to move them all',
  },
  { keys: ['rocketmqHome'], instead: 'set `rocketmq` of the profile or the node' },
];

/** Written in sample files and articles, but read by no release. Source: store/.../StorePathConfigHelper.java: below storePathRootDir. */
export const NEVER_READ: ReadonlyMap<string, string> = new Map([
  ['storePathConsumeQueue', 'the path is always <storePathRootDir>/consumequeue'],
  ['storePathIndex', 'the path is always <storePathRootDir>/index'],
  ['storeCheckpoint', 'the path is always <storePathRootDir>/checkpoint'],
  ['abortFile', 'the path is always <storePathRootDir>/abort'],
]);

/** Old and new name. Source: store/.../config/MessageStoreConfig.java, 4.5.1 and 4.5.2, 4.9.8 and 5.0.0. */
const RENAMED: readonly (readonly [string, string])[] = [
  ['mapedFileSizeCommitLog', 'mappedFileSizeCommitLog'],
  ['mapedFileSizeConsumeQueue', 'mappedFileSizeConsumeQueue'],
  ['haSlaveFallbehindMax', 'haMaxGapNotInSync'],
];

/** @returns the name that a renamed key has in other releases. */
export function otherNameOf(key: string): string | undefined {
  return RENAMED.find((names) => names.includes(key))?.find((name) => name !== key);
}

/**
 * Says what RocketMQ does not say: it ignores keys that it does not know, and keeps its default if a value does not parse.
 * @returns undefined if `version` accepts `key=value` in the file of `role`.
 * Source: common/.../MixAll.java properties2Object.
 */
export function checkProperty(version: string, role: ProcessRole, key: string, value: string): PropertyIssue | undefined {
  const owner = OWNED.find(({ keys, roles = [role] }) => keys.includes(key) && roles.includes(role));
  if (owner) return { code: 'OWNED_KEY', severity: 'error', message: `${key} is written by rmqdev: ${owner.instead}` };
  const known = lookupKey(version, role, key);
  return known ? checkValue(version, known, value) : unreadKey(version, role, key);
}

function unreadKey(version: string, role: ConfigRole, key: string): PropertyIssue {
  const neverRead = NEVER_READ.get(key);
  if (neverRead) return { code: 'KEY_NOT_READ', severity: 'warning', message: `no release of RocketMQ reads ${key}: ${neverRead}` };
  const range = rangeOf(role, key);
  if (range) {
    const { first, last } = range;
    const when = compareVersions(version, first) < 0 ? `from ${first} on` : `up to ${last}`;
    const now = otherNameOf(key);
    return {
      code: 'KEY_NOT_READ',
      severity: 'warning',
      message: `RocketMQ ${version} ignores ${key}; it is read ${when}${now ? `; this release has ${now}` : ''}`,
    };
  }
  const other = CONFIG_ROLES.find((candidate) => lookupKey(version, candidate, key));
  if (other) return { code: 'KEY_NOT_READ', severity: 'warning', message: `a ${role} ignores ${key}, which is a key of a ${other}` };
  const near = nearest(key, keysOf(version, role));
  return {
    code: 'UNKNOWN_KEY',
    severity: 'error',
    message: `no release of RocketMQ reads ${key} in the file of a ${role}${near ? `; did you mean ${near}?` : ''}`,
  };
}

/** Every role that has a file with keys. */
export const CONFIG_ROLES = Object.keys(OBJECTS_OF_ROLE) as ConfigRole[];

/** What Java's own parsers accept, and the words for it. A type that is not listed is a list of words, or free text. */
const PARSERS: Readonly<Record<string, { takes: (text: string) => boolean; says: string; trims?: boolean }>> = {
  int: { takes: (text) => isWhole(text, 32n), says: 'a whole number' },
  long: { takes: (text) => isWhole(text, 64n), says: 'a whole number' },
  double: { takes: isDecimal, says: 'a number', trims: true },
  float: { takes: isDecimal, says: 'a number', trims: true },
  // Boolean.parseBoolean accepts any text and reads it as false.
  boolean: { takes: (text) => /^(true|false)$/i.test(text), says: 'true or false' },
  String: { takes: () => true, says: 'text' },
  json: { takes: () => true, says: 'JSON' },
};

function isWhole(text: string, bits: bigint): boolean {
  if (!/^[+-]?\d+$/.test(text)) return false;
  const limit = 1n << (bits - 1n);
  const value = BigInt(text.replace('+', ''));
  return value >= -limit && value < limit;
}

function isDecimal(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[fd]?$/i.test(text);
}

/** From this release on text is trimmed. Source: common/.../MixAll.java properties2Object. */
const TEXT_TRIMMED_SINCE = '5.2.0';

/** @returns what is wrong with the value of a key that `version` reads. */
export function checkValue(version: string, { key, type, defaultValue }: ConfigKey, value: string): PropertyIssue | undefined {
  const parser = PARSERS[type];
  const words = type.split('|');
  const takes = parser?.takes ?? ((text: string) => words.includes(text));
  const trims = parser?.trims ?? ((!parser || type === 'String') && isSince(version, TEXT_TRIMMED_SINCE));
  // java.util.Properties drops the blanks before a value and keeps those after it.
  const text = value.trimStart();
  const trimmed = text.trimEnd();
  const outcome = type === 'boolean' ? 'reads it as false' : `keeps its default${defaultValue === null ? '' : ` ${defaultValue}`}`;
  if (!takes(trimmed)) {
    const says = parser?.says ?? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
    return { code: 'WRONG_TYPE', severity: 'error', message: `${key} must be ${says}, not "${trimmed}": RocketMQ ${version} ${outcome}` };
  }
  if (text === trimmed || trims) return undefined;
  if (type === 'String') {
    return {
      code: 'BLANK_AT_END',
      severity: 'warning',
      message: `${key} ends in a space, which RocketMQ ${version} reads as part of the value`,
    };
  }
  return { code: 'BLANK_AT_END', severity: 'error', message: `${key} ends in a space: RocketMQ ${version} ${outcome}` };
}
