import { RANK, type Symptom, type SymptomFacts, type SymptomText } from '../symptom.js';
import { forNode, Subject, setProperty } from '../symptom-words.js';

const REGISTERED = /register broker.{0,200}to name server .{0,200} OK|Registering current broker to name server completed/;

const ordinary = (facts: SymptomFacts): SymptomText => ({
  what: 'A healthy node writes this line too',
  why: 'RocketMQ logs it at every start or stop, some of it as WARN or ERROR; it is not the cause of anything',
  next: forNode(
    facts,
    (node) => `\`rmqdev explain ${node}\` looks at everything that the node wrote`,
    'Explain the whole log file, or the exit status of the node',
  ),
});

/** What a node writes while it runs. A healthy node writes the last ones too. */
export const RUNNING_SYMPTOMS: readonly Symptom[] = [
  {
    code: 'NAMESRV_UNREACHABLE',
    severity: 'warning',
    literals: ['registerBroker Exception', 'Failed to register current broker to name server'],
    pattern: /(?:registerBroker Exception, |TargetHost=)(?<address>\S{1,200})?/,
    roles: ['broker', 'proxy'],
    times: 3,
    overAfter: REGISTERED,
    rank: RANK.running,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} cannot register with its NameServer${groups.address ? ` ${groups.address}` : ''}`,
      why: 'nothing answers there; until it does, clients do not find this broker. It tries again every 10 to 60 s by itself',
      next: `Start the NameServer${forNode(facts, () => ' (`rmqdev start namesrvs`)', '')}, or correct namesrvAddr if it is another one`,
    }),
    source: 'broker/.../out/BrokerOuterAPI.java registerBrokerAll; measured',
    provoked: 'namesrv-unreachable',
  },
  {
    code: 'SLAVE_NEVER_CONNECTS',
    severity: 'warning',
    literals: ['HAClient connect to master null failed'],
    since: '5.0.0',
    times: 8,
    overAfter: /HAClient connect to master \d/,
    rank: RANK.running,
    says: (facts) => ({
      what: `${Subject(facts)} is a slave and does not find its master`,
      why: 'it asks its NameServer for a master of the same brokerName and brokerClusterName, and none is known. On 5.x haMasterAddress must not be set: 5.x loses it, and then the slave never asks',
      next: `Start its master; compare brokerName and brokerClusterName of the two; remove haMasterAddress from its configuration`,
    }),
    source: 'store/.../ha/DefaultHAClient.java, broker/.../BrokerController.java; measured',
    provoked: 'slave-of-null',
  },
  {
    code: 'CONTROLLER_UNREACHABLE',
    severity: 'warning',
    literals: ['Failed to init controller metadata, maybe the controllers in '],
    pattern: /maybe the controllers in \[?(?<addresses>.{1,300}?)\]? is not available/,
    since: '5.0.0',
    times: 3,
    overAfter: /change state to: RUNNING/,
    rank: RANK.running,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} finds no controller and stays without a role`,
      why: `no controller answers at ${groups.addresses}; until one does, the broker is not registered and takes no messages, although it said \`boot success\``,
      next: 'Start the controllers first; controllerAddr must name their ports (controllerDLegerPeers), or the NameServers if the controllers live in them',
    }),
    source: 'broker/.../controller/ReplicasManager.java; measured',
    provoked: 'controller-unreachable',
  },
  {
    code: 'HOST_NAME_UNKNOWN',
    severity: 'warning',
    literals: ['Failed to obtain the host name'],
    rank: RANK.running,
    says: (facts) => ({
      what: `${Subject(facts)} could not look up the name of this machine`,
      why: 'the name (`hostname`) is not in /etc/hosts and no name server knows it; each start then takes seconds longer, and a broker without brokerName gets a different one',
      next: 'Add the name to /etc/hosts: `127.0.0.1 localhost <hostname>` and do the same for ::1',
    }),
    source: 'common/.../BrokerConfig.java localHostName; measured',
    provoked: 'host-name-unknown',
  },
  {
    code: 'BROKER_BUSY',
    severity: 'warning',
    literals: ['[TIMEOUT_CLEAN_QUEUE]', '[PCBUSY_CLEAN_QUEUE]', '[PC_SYNCHRONIZED]broker busy', '[OVERLOAD]system busy'],
    pattern: /\[(?<kind>TIMEOUT_CLEAN_QUEUE|PCBUSY_CLEAN_QUEUE|PC_SYNCHRONIZED|OVERLOAD)\]/,
    rank: RANK.running,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} answered that it is busy (code 2, ${groups.kind})`,
      why:
        groups.kind === 'TIMEOUT_CLEAN_QUEUE'
          ? 'a request had waited longer than waitTimeMillsInSendQueue (200 ms by default): a slow disk, a garbage collection, or a laptop that slept'
          : 'it had more to write than the disk can take, or more requests than its queues can hold',
      next: `Send it again, the message was not stored. For development, allow longer waits: ${setProperty(facts, 'waitTimeMillsInSendQueue', '5000')}`,
    }),
    source: 'broker/.../latency/BrokerFastFailure.java, remoting/.../NettyRemotingAbstract.java',
    notProvoked: 'needs a stall of the machine at the right moment; no run showed it reliably',
  },
  {
    code: 'REQUEST_REJECTED',
    severity: 'warning',
    literals: ['[REJECTREQUEST]system busy'],
    rank: RANK.running,
    says: (facts) => ({
      what: `${Subject(facts)} rejected a request (code 2, REJECTREQUEST)`,
      why: 'a 5.x slave rejects reads unless slaveReadEnable=true, and every send; a master rejects sends while its disk cannot keep up',
      next: `Send to the master. For reads from a slave: ${setProperty(facts, 'slaveReadEnable', 'true')}`,
    }),
    source: 'remoting/.../NettyRemotingAbstract.java, broker/.../processor/PullMessageProcessor.java rejectRequest',
    notProvoked: 'an answer to a client, which no log of the node contains',
  },
  {
    code: 'STORE_SHUT_DOWN_ABNORMALLY',
    severity: 'info',
    literals: ['last shutdown abnormally'],
    ordinary: true,
    rank: RANK.running,
    says: (facts) => ({
      what: `${Subject(facts)} was not stopped in an orderly way the last time`,
      why: 'its abort file was still there: it was killed, or the machine lost power. It now checks its store, which may take some time',
      next: 'Do nothing: messages that were acknowledged under SYNC_FLUSH are there',
    }),
    source: 'store/.../DefaultMessageStore.java load; measured',
    provoked: 'master-killed',
  },
  {
    code: 'ORDINARY_LINE',
    severity: 'info',
    literals: [
      'Try to shutdown service thread:',
      'Try to start service thread:',
      'No resource file with name [META-INF/service/',
      'The commitlog files are deleted, and delete the consume queue files',
      'interrupted, possibly by shutdown',
      'Unknown channel option ',
      'ScheduledTask refresh metadata exception',
      'RemotingConnectException: connect to null failed',
    ],
    ordinary: true,
    rank: RANK.running,
    says: ordinary,
    source: 'measured: 20 healthy runs of all supported releases',
    provoked: 'master-killed',
  },
  {
    code: 'ORDINARY_LINE',
    severity: 'info',
    literals: ['selectMappedBuffer request pos invalid'],
    ordinary: true,
    rank: RANK.running,
    says: ordinary,
    source: 'store/.../DefaultMessageStore.java getEarliestMessageTime; seen on request 28 (GET_BROKER_RUNTIME_INFO)',
    notProvoked: 'written only while a commit log is shorter than two messages of maxMessageSize; no recorded run asked at such a moment',
  },
];
