import type { Severity } from '../../base/finding.js';

/** What lint can say: the worst severity, what it means, where it holds, and how that is known. Codes are API. */
export const LINT_CODES = {
  FILE_UNREADABLE: ['error', 'the file cannot be read, or is empty or binary', 'all', 'java.util.Properties'],
  FILE_ENCODING: [
    'error',
    'UTF-16, or a byte order mark in front of the first key: RocketMQ reads Latin-1',
    'all',
    'java.util.Properties.load(InputStream)',
  ],
  FILE_NOT_ROCKETMQ: ['info', 'nothing in the file belongs to RocketMQ', 'all', 'key lists'],
  FILE_TWO_ROLES: ['error', 'the file has keys of a broker and of a NameServer', 'all', 'key lists'],
  BAD_ESCAPE: ['error', 'a \\u without four hex digits: Java refuses the file, and the node ends with 255', 'all', 'java.util.Properties'],
  JSON_INVALID: ['error', 'a proxy file is no JSON', '5.0 on', 'proxy/.../ConfigurationManager.java'],
  KEY_REPEATED: ['warning', 'a key stands twice: the last one wins', 'all', 'java.util.Properties'],
  KEY_DEAD: ['warning', 'no release reads the key', 'all', 'store/.../StorePathConfigHelper.java'],
  KEY_NOT_READ: ['warning', 'this release, or this role, does not read the key', 'by key', 'key lists'],
  KEY_UNKNOWN: [
    'warning',
    'no release knows the key; an error where a real key is near',
    'all',
    'common/.../MixAll.java properties2Object',
  ],
  VALUE_IGNORED: [
    'error',
    'the value does not parse, and the default is kept without a word',
    'all',
    'common/.../MixAll.java properties2Object',
  ],
  VALUE_BLANK_AT_END: [
    'error',
    'a blank behind the value belongs to it',
    'all; text is trimmed from 5.2.0',
    'common/.../MixAll.java properties2Object',
  ],
  VALUE_COMMENT: ['error', 'a comment behind the value belongs to it', 'all', 'java.util.Properties'],
  PLACEHOLDER: [
    'warning',
    'a value is yet to be written, or a variable that RocketMQ does not replace; a note in templates',
    'all',
    'common/.../MixAll.java properties2Object',
  ],
  VALUE_OUT_OF_RANGE: ['warning', 'the value is cut to a range', 'all', 'store/.../config/MessageStoreConfig.java'],
  PORT_INVALID: ['error', 'a port that cannot be, or that only root may open', 'all', 'broker/.../BrokerController.java'],
  PORT_CONFLICT: ['error', 'two nodes of one host want one port', 'all', 'broker/.../BrokerController.java, store/.../ha/HAService.java'],
  STORE_SHARED: [
    'error',
    'two brokers of one host have one store, or one inside the other',
    'all',
    'store/.../DefaultMessageStore.java lock',
  ],
  COMMITLOG_DEFAULT: [
    'warning',
    'the commit log does not follow storePathRootDir',
    'up to 4.9.3',
    'store/.../config/MessageStoreConfig.java',
  ],
  STORE_NESTED: ['error', 'the commit log lies in the store folder itself', 'all', 'store/.../MappedFileQueue.java load'],
  PATH_RELATIVE: ['warning', 'a path depends on the folder that the script was started in', 'all', 'java.io.File'],
  PATH_BACKSLASH: ['error', 'Java takes backslashes away from the path', 'all', 'java.util.Properties'],
  ID_TAKEN: ['error', 'two brokers have the same brokerName and id: they overwrite each other', 'all', 'namesrv/.../RouteInfoManager.java'],
  SLAVE_ID_ZERO: ['error', 'a slave needs an id above 0: the broker ends with 253', 'all', 'broker/.../BrokerStartup.java'],
  MASTER_ID_IGNORED: ['warning', 'a master is always 0, whatever brokerId says', 'all', 'broker/.../BrokerStartup.java'],
  SLAVE_WITHOUT_MASTER: ['warning', 'no master has the brokerName of the slave', 'all', 'namesrv/.../RouteInfoManager.java'],
  SYNC_WITHOUT_SLAVE: ['warning', 'sends to a SYNC_MASTER without a slave give SLAVE_NOT_AVAILABLE', '4.x', 'store/.../CommitLog.java'],
  CLUSTER_DIFFERS: ['error', 'master and slave are of different clusters', 'all', 'namesrv/.../RouteInfoManager.java'],
  NAMESRV_ADDR_INVALID: ['error', 'namesrvAddr is no list of host:port, separated by ;', 'all', 'broker/.../BrokerStartup.java'],
  NAMESRV_DIFFERS: [
    'warning',
    'master and slave register with different NameServers',
    'all',
    'broker/.../slave, namesrv/.../RouteInfoManager.java',
  ],
  BROKER_IP_LOOPBACK: [
    'warning',
    'a loopback address is advertised, while the NameServers are elsewhere; a note where they have names of containers',
    'all',
    'common/.../BrokerConfig.java',
  ],
  ADDRESS_SHARED: ['error', 'two brokers advertise one address and port', 'all', 'namesrv/.../RouteInfoManager.java'],
  BROKER_IP_INVALID: ['error', 'brokerIP1 or brokerIP2 is no address that others reach', 'all', 'common/.../BrokerConfig.java'],
  HA_MASTER_ADDRESS: [
    'error',
    'a slave with haMasterAddress never connects',
    '5.0 on',
    'broker/.../BrokerController.java initializeScheduledTasks; measured',
  ],
  DLEDGER_PEERS: ['error', 'DLedger group, peers and self id do not fit', '4.5 on', 'store/.../dledger/DLedgerCommitLog.java'],
  CONTROLLER_PEERS: [
    'error',
    'controller group, peers and self id do not fit, or a broker names no controller of the set',
    '5.0 on',
    'controller/.../DLedgerController.java',
  ],
  MODES_EXCLUDE: ['error', 'controller mode and DLedger exclude each other: 252', '5.1.4 on', 'broker/.../BrokerStartup.java'],
  ACL_FILE_MISSING: [
    'error',
    'aclEnable without conf/plain_acl.yml, where the conf folder was given',
    'up to 5.3.2',
    'acl/.../PlainPermissionManager.java',
  ],
  ACL_DROPPED: [
    'error',
    'aclEnable does nothing any more: everybody may do everything',
    '5.3.3 on',
    'broker/.../BrokerController.java initialAcl',
  ],
  CONFIG_FILE_MISSING: ['warning', 'a start script names a file that was not given', 'all', 'broker/.../BrokerStartup.java'],
  ARGUMENT_IGNORED: ['warning', 'key=value on the command line is passed over', 'all', 'srvutil/.../ServerUtil.java'],
} as const satisfies Record<string, readonly [Severity, string, string, string]>;

export type LintCode = keyof typeof LINT_CODES;

/** docs/lint.md; written by scripts/generate-lint-doc.mjs. */
export function lintDocument(): string {
  const rows = Object.entries(LINT_CODES).map(
    ([code, [severity, means, releases, source]]) => `| \`${code}\` | ${severity} | ${means} | ${releases} | ${source} |`,
  );
  return [
    '# lint',
    '',
    '<!-- Written by scripts/generate-lint-doc.mjs. -->',
    '',
    'What `rmqdev lint` can find. The severity is the worst that a finding can have; codes are stable, texts may change.',
    '',
    '| Code | Worst | Says that … | Releases | Source |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
