import { RANK, type Symptom, type SymptomFacts } from '../symptom.js';
import { forNode, Subject, startAgain } from '../symptom-words.js';

const BROKER_STARTUP = 'broker/.../BrokerStartup.java; measured';
/** The stack frame that reads the `-c` file; 5.x reads it in a separate method. */
const READS_CONFIG = /(?:Broker|Namesrv|Controller|BrokerContainer)Startup(?:\$\w+)?\.|ConfigurationManager|ProxyStartup/;
const READS_STORE = /DefaultMessageStore|MappedFile|ConfigManager\.persist|RocksDB/;

const configFile = (facts: SymptomFacts) => (facts.configFile ? ` (${facts.configFile})` : '');

export const CONFIG_SYMPTOMS: readonly Symptom[] = [
  {
    code: 'CONFIG_FILE_MISSING',
    severity: 'error',
    literals: ['FileNotFoundException: ', 'NoSuchFileException: '],
    pattern: /(?:FileNotFoundException|NoSuchFileException): (?<file>[^()]{1,1000}?)(?: \(No such file or directory\))?$/,
    near: READS_CONFIG,
    notNear: READS_STORE,
    kinds: ['stdout'],
    rank: RANK.cause,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} did not find its configuration file`,
      why: `${groups.file} does not exist; \`-c\` names it`,
      next: `Correct the path, or create the file${forNode(facts, (node) => `. rmqdev writes it again at each start: \`rmqdev start ${node}\``, '; a relative path starts at the folder in which java was started')}`,
    }),
    source: BROKER_STARTUP,
    provoked: 'config-missing',
  },
  {
    code: 'CONFIG_FILE_UNREADABLE',
    severity: 'error',
    literals: ['(Permission denied)', 'AccessDeniedException: '],
    pattern: /(?:FileNotFoundException: (?<file>[^()]{1,1000}) \(Permission denied\)|AccessDeniedException: (?<path>\S.{0,1000}))/,
    near: READS_CONFIG,
    notNear: READS_STORE,
    kinds: ['stdout'],
    rank: RANK.cause,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} was not allowed to read its configuration file`,
      why: `${groups.file ?? groups.path} is not readable for the user that started it`,
      next: `Make it readable: \`chmod u+r ${groups.file ?? groups.path}\`, and \`ls -l\` shows who owns it`,
    }),
    source: BROKER_STARTUP,
    provoked: 'config-unreadable',
  },
  {
    code: 'ARGUMENT_UNKNOWN',
    severity: 'error',
    literals: ['usage: mqbroker ', 'usage: mqnamesrv ', 'usage: mqcontroller '],
    kinds: ['stdout'],
    exit: { codes: [1, 255] },
    rank: RANK.cause,
    says: (facts) => ({
      what: `${Subject(facts)} was started with an argument that it does not know`,
      why: 'it printed its help and ended',
      next: 'Use the arguments in that help: `-c <file>` for the configuration, `-n <host:port>` for the NameServer',
    }),
    source: 'srvutil/.../ServerUtil.java parseCmdLine; measured',
    provoked: 'unknown-argument',
  },
  {
    code: 'NAMESRV_ADDR_INVALID',
    severity: 'error',
    literals: ['The Name Server Address['],
    pattern: /The Name Server Address\[(?<address>[^\]]{0,300})\] illegal/,
    rank: RANK.cause,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} does not understand its namesrvAddr`,
      why: `\`${groups.address}\` is not host:port, nor a list of them separated by semicolons (127.0.0.1:9876;127.0.0.1:9877)`,
      next: `Correct namesrvAddr in its configuration${configFile(facts)}, in \`-n\` or in the variable NAMESRV_ADDR, whichever sets it`,
    }),
    source: BROKER_STARTUP,
    provoked: 'namesrv-addr-invalid',
  },
  {
    code: 'SLAVE_ID_INVALID',
    severity: 'error',
    literals: ["Slave's brokerId must be > 0"],
    rank: RANK.cause,
    says: (facts) => ({
      what: `${Subject(facts)} should be a slave, but its brokerId is 0`,
      why: 'brokerId 0 is the master; a slave needs 1 or more, and the same brokerName as its master',
      next: forNode(
        facts,
        (node) => `Give it another one: \`rmqdev up <profile> --set ${node}.brokerId=1\``,
        `Write brokerId=1 in its configuration${configFile(facts)}, or brokerRole=ASYNC_MASTER if it should be a master`,
      ),
    }),
    source: BROKER_STARTUP,
    provoked: 'slave-id-0',
  },
  {
    code: 'CONTROLLER_AND_DLEDGER',
    severity: 'error',
    literals: ['enableControllerMode and enableDLegerCommitLog cannot both be true'],
    rank: RANK.cause,
    says: (facts) => ({
      what: `${Subject(facts)} has two ways of electing a master switched on`,
      why: 'enableControllerMode and enableDLegerCommitLog cannot both be on',
      next: `Remove one of the two from its configuration${configFile(facts)}; controller mode is the newer one`,
    }),
    source: BROKER_STARTUP,
    provoked: 'controller-and-dledger',
  },
  {
    code: 'DLEDGER_SELF_ID_INVALID',
    severity: 'error',
    literals: ['NumberFormatException: For input string: '],
    pattern: /For input string: "(?<rest>[^"]{0,100})"/,
    near: /DLedgerCommitLog|getBrokerIdentity|DLedger/,
    rank: RANK.cause,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} cannot use its dLegerSelfId`,
      why: `it must be one letter and a number (n0, n1, n2): what follows the first letter is \`${groups.rest}\`, which is no number`,
      next: `Name it n0, n1 … in dLegerSelfId and in dLegerPeers of all brokers of the group`,
    }),
    source: 'store/.../dledger/DLedgerCommitLog.java, broker/.../BrokerController.java getBrokerIdentity; measured',
    provoked: 'dledger-self-id',
  },
  {
    code: 'DLEDGER_SELF_ID_INVALID',
    severity: 'error',
    literals: ['[DLedgerConfig] fail to init self address'],
    rank: RANK.cause,
    says: (facts) => ({
      what: `${Subject(facts)} does not find itself in dLegerPeers`,
      why: 'dLegerSelfId is not one of the names in dLegerPeers (n0-127.0.0.1:40911;n1-127.0.0.1:40912;n2-127.0.0.1:40913)',
      next: `Correct dLegerSelfId or dLegerPeers in its configuration${configFile(facts)}; dLegerPeers is the same for all brokers of the group`,
    }),
    source: 'openmessaging/dledger DLedgerConfig.java initSelfAddress; measured',
    provoked: 'dledger-not-a-peer',
  },
  {
    code: 'ROCKETMQ_HOME_MISSING',
    severity: 'error',
    literals: ['Please set the ROCKETMQ_HOME'],
    rank: RANK.cause,
    says: (facts) => ({
      what: `${Subject(facts)} does not know where RocketMQ is installed`,
      why: 'neither the variable ROCKETMQ_HOME nor the property rocketmq.home.dir was set',
      next: '`export ROCKETMQ_HOME=<folder that has lib/ and conf/>`, or start it with `-Drocketmq.home.dir=<that folder>`',
    }),
    source: 'BrokerStartup.java, NamesrvStartup.java, ControllerStartup.java; measured',
    provoked: 'home-missing',
  },
  {
    code: 'LOGBACK_MISSING',
    severity: 'error',
    literals: ['JoranException: Could not open ['],
    pattern: /Could not open \[(?<file>[^\]]{1,1000})\]/,
    before: '5.1.0',
    rank: RANK.cause,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} did not find its logging configuration`,
      why: `${groups.file} does not exist; this release looks for it below the RocketMQ home, which may be the wrong folder`,
      next: 'Point ROCKETMQ_HOME (or rocketmq.home.dir) to the folder that has lib/ and conf/ in it, or put the file back from the release',
    }),
    source: 'BrokerStartup.java, NamesrvStartup.java up to 5.0.0; measured',
    provoked: 'logback-missing',
  },
  {
    code: 'PROXY_WITHOUT_BROKER',
    severity: 'error',
    literals: ['create system broadcast topic'],
    pattern: /create system broadcast topic (?:\S{1,200} failed on cluster (?<cluster>[^\s,]{1,200}))?/,
    roles: ['proxy'],
    since: '5.0.0',
    rank: RANK.cause,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} found no broker`,
      why: `it creates a topic when it starts, and no broker of cluster ${groups.cluster ?? 'rocketMQClusterName'} is registered with its NameServer`,
      next: `Start the brokers first and ${startAgain(facts)}; rocketMQClusterName in its file must be the brokers' brokerClusterName, and namesrvAddr the NameServer they use`,
    }),
    source: 'proxy/.../service/sysmessage/AbstractSystemMessageSyncer.java; measured',
    provoked: 'proxy-without-broker',
  },
];
