import type { LintCode } from './codes.js';

/** Input that gives one finding: the files by name, and the release if it matters. */
export type LintExample = { files: Readonly<Record<string, string>>; rocketmq?: string; encoding?: 'utf16le' };

const broker = (...lines: string[]) => `${['brokerName=broker-a', ...lines].join('\n')}\n`;
const slave = (...lines: string[]) => `${['brokerName=broker-a', 'brokerRole=SLAVE', 'brokerId=1', ...lines].join('\n')}\n`;
const peers = (self: string, list: string) =>
  `enableDLegerCommitLog=true\ndLegerGroup=g\ndLegerSelfId=${self}\ndLegerPeers=${list}\nbrokerName=g\n`;
const controller = (self: string, list: string) =>
  `controllerDLegerGroup=g\ncontrollerDLegerSelfId=${self}\ncontrollerDLegerPeers=${list}\n`;
const LOCAL = 'namesrvAddr=127.0.0.1:9876';

/** One for each code: docs/lint.md shows them, and a test runs them. */
export const LINT_EXAMPLES: Readonly<Record<LintCode, LintExample>> = {
  FILE_UNREADABLE: { files: { 'broker.conf': '' } },
  FILE_ENCODING: { files: { 'broker.conf': '\uFEFFbrokerName=broker-a\nbrokerId=0\n' } },
  FILE_NOT_ROCKETMQ: { files: { 'application.properties': 'spring.application.name=orders\n' } },
  FILE_TWO_ROLES: { files: { 'all.conf': broker('kvConfigPath=/data/kvConfig.json') } },
  BAD_ESCAPE: { files: { 'broker.conf': broker('storePathCommitLog=/data/log', 'storePathRootDir=D:\\users\\rocketmq') } },
  JSON_INVALID: { files: { 'rmq-proxy.json': '{ "rocketMQClusterName": "DefaultCluster"\n' } },
  KEY_REPEATED: { files: { 'broker.conf': broker('fileReservedTime=48', 'fileReservedTime=120') } },
  KEY_DEAD: { files: { 'broker.conf': broker('storePathIndex=/data/store/index') } },
  KEY_NOT_READ: { files: { 'broker.conf': broker('mapedFileSizeCommitLog=1073741824') }, rocketmq: '4.9.7' },
  KEY_UNKNOWN: { files: { 'broker.conf': broker('brokerIp1=192.168.1.10') } },
  VALUE_IGNORED: { files: { 'broker.conf': broker('brokerRole=MASTER') } },
  VALUE_BLANK_AT_END: { files: { 'broker.conf': broker('fileReservedTime=48 ') } },
  VALUE_COMMENT: { files: { 'broker.conf': broker('maxMessageSize=65536 # 64 KB') } },
  PLACEHOLDER: { files: { 'broker.conf': broker('brokerIP1=<your host>', `namesrvAddr=\${NAMESRV}:9876`) } },
  VALUE_OUT_OF_RANGE: { files: { 'broker.conf': broker('diskMaxUsedSpaceRatio=99') } },
  PORT_INVALID: { files: { 'broker.conf': broker('listenPort=65535') } },
  PORT_CONFLICT: {
    files: {
      'broker-a.conf': broker(LOCAL, 'listenPort=10911', 'storePathRootDir=/data/a', 'storePathCommitLog=/data/a/commitlog'),
      'broker-b.conf': `brokerName=broker-b\n${LOCAL}\nlistenPort=10912\nstorePathRootDir=/data/b\nstorePathCommitLog=/data/b/commitlog\n`,
    },
  },
  STORE_SHARED: {
    files: {
      'broker-a.conf': broker(LOCAL, 'listenPort=10911', 'storePathRootDir=/data/store', 'storePathCommitLog=/data/store/commitlog'),
      'broker-a-s.conf': slave(LOCAL, 'listenPort=10921', 'storePathRootDir=/data/store', 'storePathCommitLog=/data/store/commitlog'),
    },
  },
  COMMITLOG_DEFAULT: { files: { 'broker.conf': broker('storePathRootDir=/data/store') }, rocketmq: '4.7.0' },
  STORE_NESTED: { files: { 'broker.conf': broker('storePathRootDir=/data/store', 'storePathCommitLog=/data/store') } },
  PATH_RELATIVE: { files: { 'broker.conf': broker('storePathRootDir=../data', 'storePathCommitLog=/data/commitlog') } },
  PATH_BACKSLASH: { files: { 'broker.conf': broker('storePathRootDir=D:\\rocketmq\\data', 'storePathCommitLog=D:/rocketmq/log') } },
  ID_TAKEN: { files: { 'broker-a.conf': broker('brokerId=0'), 'broker-b.conf': broker('brokerId=0') } },
  SLAVE_ID_ZERO: { files: { 'broker-a-s.conf': broker('brokerRole=SLAVE', 'brokerId=0') } },
  MASTER_ID_IGNORED: { files: { 'broker-a-s.conf': broker('brokerId=1', 'brokerRole=ASYNC_MASTER') } },
  SLAVE_WITHOUT_MASTER: {
    files: { 'broker-a.conf': broker('brokerId=0'), 'broker-a-s.conf': 'brokerName=broker-a-s\nbrokerRole=SLAVE\nbrokerId=1\n' },
  },
  SYNC_WITHOUT_SLAVE: {
    files: { 'broker-a.conf': broker('brokerRole=SYNC_MASTER'), 'broker-b.conf': 'brokerName=broker-b\nbrokerRole=ASYNC_MASTER\n' },
    rocketmq: '4.9.7',
  },
  CLUSTER_DIFFERS: { files: { 'broker-a.conf': broker('brokerClusterName=orders'), 'broker-a-s.conf': slave() } },
  NAMESRV_ADDR_INVALID: { files: { 'broker.conf': broker('namesrvAddr=192.168.1.10:9876,192.168.1.11:9876') } },
  ADDRESS_ELSEWHERE: { files: { 'broker.conf': broker('brokerIP1=203.0.113.10') } },
  NAMESRV_DIFFERS: {
    files: { 'broker-a.conf': broker('namesrvAddr=192.168.1.10:9876'), 'broker-a-s.conf': slave('namesrvAddr=192.168.1.11:9876') },
  },
  BROKER_IP_LOOPBACK: { files: { 'broker.conf': broker('brokerIP1=127.0.0.1', 'namesrvAddr=192.168.1.10:9876') } },
  ADDRESS_SHARED: {
    files: {
      'compose.yaml': 'services:\n  broker-a:\n    image: apache/rocketmq:5.3.2\n  broker-b:\n    image: apache/rocketmq:5.3.2\n',
      'broker-a.conf': broker('brokerIP1=192.168.1.10'),
      'broker-b.conf': 'brokerName=broker-b\nbrokerIP1=192.168.1.10\n',
    },
  },
  BROKER_IP_INVALID: { files: { 'broker.conf': broker('brokerIP1=192.168.1.10:10911') } },
  HOST_ADDRESS: {
    files: {
      '192.168.1.20/broker.conf': broker('brokerIP1=192.168.1.20', 'namesrvAddr=192.168.1.20:9876'),
      '192.168.1.21/broker.conf': 'brokerName=broker-b\nbrokerIP1=192.168.1.20\nlistenPort=10931\nnamesrvAddr=192.168.1.20:9876\n',
    },
  },
  HOST_MISSING: {
    files: {
      '192.168.1.20/broker.conf': peers('n0', 'n0-192.168.1.20:40911;n1-192.168.1.21:40911;n2-192.168.1.32:40911'),
      '192.168.1.21/broker.conf': peers('n1', 'n0-192.168.1.20:40911;n1-192.168.1.21:40911;n2-192.168.1.32:40911'),
    },
  },
  HA_MASTER_ADDRESS: { files: { 'broker-a-s.conf': slave('haMasterAddress=192.168.1.10:10912') }, rocketmq: '5.3.3' },
  DLEDGER_PEERS: {
    files: {
      'n0/broker.conf': peers('n0', 'n0-192.168.1.10:40911;n1-192.168.1.11:40911;n2-192.168.1.12:40911'),
      'n1/broker.conf': peers('n1', 'n0-192.168.1.10:40911;n1-192.168.1.11:40911'),
    },
    rocketmq: '4.9.7',
  },
  CONTROLLER_PEERS: {
    files: {
      'controller-n0.conf': controller('n0', 'n0-192.168.1.10:9878;n1-192.168.1.11:9878'),
      'controller-n1.conf': controller('n1', 'n0-192.168.1.10:9878;n1-192.168.1.12:9878'),
    },
    rocketmq: '5.3.3',
  },
  MODES_EXCLUDE: {
    files: { 'broker.conf': `enableControllerMode=true\n${peers('n0', 'n0-192.168.1.10:40911')}` },
    rocketmq: '5.3.3',
  },
  ACL_FILE_MISSING: { files: { 'conf/broker.conf': broker('aclEnable=true'), 'conf/tools.yml': '' }, rocketmq: '4.9.7' },
  ACL_DROPPED: { files: { 'broker.conf': broker('aclEnable=true') }, rocketmq: '5.3.3' },
  CONFIG_FILE_MISSING: {
    files: { 'broker.conf': broker('brokerId=0'), 'start.sh': 'nohup sh bin/mqbroker -c conf/broker-b.properties &\n' },
  },
  ARGUMENT_IGNORED: {
    files: { 'broker.conf': broker('brokerId=0'), 'start.sh': 'sh bin/mqbroker -c broker.conf autoCreateTopicEnable=true\n' },
  },
};
