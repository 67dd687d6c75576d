import { RANK, type Symptom } from '../symptom.js';
import { forNode, Subject, setProperty } from '../symptom-words.js';

const REGISTERED = /register broker.{0,200}to name server .{0,200} OK|Registering current broker to name server completed/;
const HARMLESS = 'Nothing has to be done';

/** What a node says while it runs. A healthy one says the last ones too. */
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
      why: 'nothing answers there; until it does, clients do not find this broker. It tries again each 10 to 60 s by itself',
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
      why: 'it asks its NameServer for a master of the same brokerName and brokerClusterName, and none is known. On 5.x haMasterAddress must not be set: it is lost, and the slave then never asks',
      next: `Start its master; compare brokerName and brokerClusterName of the two; remove haMasterAddress from its configuration`,
    }),
    source: 'store/.../ha/DefaultHAClient.java, broker/.../BrokerController.java; measured',
    provoked: 'slave-of-null',
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
          : 'it had more to write than the disk takes, or more requests than its queues hold',
      next: `Send it again, the message was not stored. For development, allow longer waits: ${setProperty(facts, 'waitTimeMillsInSendQueue', '5000')}`,
    }),
    source: 'broker/.../latency/BrokerFastFailure.java, remoting/.../NettyRemotingAbstract.java',
    notProvoked: 'needs a stall of the machine at the right moment; no run gave it reliably',
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
    notProvoked: 'an answer to a client, which no log of the node holds',
  },
  {
    code: 'STORE_SHUT_DOWN_ABNORMALLY',
    severity: 'info',
    literals: ['last shutdown abnormally'],
    ordinary: true,
    rank: RANK.running,
    says: (facts) => ({
      what: `${Subject(facts)} was not stopped in an orderly way the last time`,
      why: 'its abort file was still there: it had been killed, or the machine lost power; it now checks its store, which may take a while',
      next: `${HARMLESS}: messages that were acknowledged under SYNC_FLUSH are there`,
    }),
    source: 'store/.../DefaultMessageStore.java load; measured',
    provoked: 'killed-before',
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
      'selectMappedBuffer request pos invalid',
    ],
    ordinary: true,
    rank: RANK.running,
    says: (facts) => ({
      what: 'A healthy node writes this line too',
      why: 'RocketMQ logs it at every start or stop, some of it as WARN or ERROR; it is not the cause of anything',
      next: forNode(
        facts,
        (node) => `\`rmqdev explain ${node}\` looks at all that the node wrote`,
        'Explain the whole log file, or the exit status of the node',
      ),
    }),
    source: 'measured: 20 healthy runs of all supported releases',
    provoked: 'killed-before',
  },
];
