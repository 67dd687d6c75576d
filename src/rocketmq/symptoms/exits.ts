import { formatBytes } from '../../base/units.js';
import { RANK, type Symptom, type SymptomFacts } from '../symptom.js';
import { forNode, freshStore, heapSize, readLog, Subject, setHeap, startAgain } from '../symptom-words.js';

/** If less than this share of the machine's memory was free, the kernel is the likely killer. */
const SCARCE = 0.05;
const isScarce = ({ memory }: SymptomFacts) => memory !== null && memory.availableBytes < SCARCE * memory.totalBytes;
const first = (text: string | undefined) => text ?? '';

/** What the end alone says, if no line says more. */
export const EXIT_SYMPTOMS: readonly Symptom[] = [
  {
    code: 'KILLED_BY_KERNEL',
    severity: 'error',
    literals: [],
    exit: { codes: [137], signals: ['SIGKILL'] },
    accept: isScarce,
    rank: RANK.exitOnly,
    says: (facts) => ({
      what: `${Subject(facts)} was killed, most likely by the kernel because memory ran out`,
      why: `it got SIGKILL while ${facts.memory ? `${formatBytes(facts.memory.availableBytes)} of ${formatBytes(facts.memory.totalBytes)}` : 'little memory'} was free; \`dmesg\` (macOS: Console) then says \`Out of memory: Killed process\``,
      next: `Use smaller heaps (${setHeap(facts, '256m')}), fewer brokers, or end other programs; if it is down, ${startAgain(facts)}`,
    }),
    source: 'Linux mm/oom_kill.c, signal(7)',
    notProvoked: 'would use up the memory of the machine that runs the cases',
  },
  {
    code: 'KILLED_FROM_OUTSIDE',
    severity: 'error',
    literals: [],
    exit: { codes: [137], signals: ['SIGKILL'] },
    accept: (facts) => !isScarce(facts),
    rank: RANK.exitOnly,
    says: (facts) => ({
      what: `${Subject(facts)} was killed from outside (SIGKILL)`,
      why: `somebody or something ran \`kill -9\`, an IDE or a container ended it, or the kernel killed it because memory ran out${facts.memory ? ` (though ${formatBytes(facts.memory.availableBytes)} was free)` : ''}; it wrote nothing, and data that it had not flushed is lost`,
      next: `If it is down, ${forNode(facts, (node) => `\`rmqdev start ${node}\` brings it back`, 'start it again')}; it then checks its store. \`dmesg\` tells whether the kernel did it`,
    }),
    source: 'signal(7); measured',
    provoked: 'kill-9',
  },
  {
    code: 'JVM_CRASHED',
    severity: 'error',
    literals: [],
    exit: { codes: [132, 134, 135, 136, 139], signals: ['SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE'] },
    rank: RANK.exitOnly,
    says: (facts, { groups }) => ({
      what: `The JVM of ${facts.node ?? 'the node'} crashed`,
      why: first(groups.meaning),
      next: 'Look for hs_err_pid….log in its folder: it names the library; if there is none, look at `dmesg`. Start it again if it is down; if it happens again, use another build of the JDK',
    }),
    source: 'OpenJDK vmError.cpp, signal(7)',
    provoked: 'abort-without-report',
  },
  {
    code: 'HEAP_OUT_OF_MEMORY',
    severity: 'error',
    literals: [],
    exit: { codes: [3] },
    rank: RANK.exitOnly,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} ran out of heap`,
      why: `${first(groups.meaning)}; its heap was ${heapSize(facts)}`,
      next: `Give it more: ${setHeap(facts, '512m')}`,
    }),
    source: 'OpenJDK debug.cpp; measured',
    provoked: 'heap-8m',
  },
  {
    code: 'STORE_NOT_LOADED',
    severity: 'error',
    literals: [],
    exit: { codes: [253] },
    roles: ['broker'],
    rank: RANK.exitOnly,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} could not be initialised (exit status 253)`,
      why: `${first(groups.meaning)}. With nothing on the console it is the store or a JSON file, and the reason stands in store.log or broker.log only`,
      next: `Read ${readLog(facts, 'store')} and ${readLog(facts, 'broker')}, from the first WARN or ERROR of that start. If its messages are not needed, ${freshStore(facts)}`,
    }),
    source: 'broker/.../BrokerStartup.java; measured',
    provoked: 'corrupt-topics',
  },
  {
    code: 'ROCKETMQ_HOME_MISSING',
    severity: 'error',
    literals: [],
    exit: { codes: [254] },
    rank: RANK.exitOnly,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} does not know where RocketMQ is installed (exit status 254)`,
      why: first(groups.meaning),
      next: '`export ROCKETMQ_HOME=<folder that has lib/ and conf/>`, or start it with `-Drocketmq.home.dir=<that folder>`',
    }),
    source: 'BrokerStartup.java, NamesrvStartup.java; measured',
    provoked: 'home-missing',
  },
  {
    code: 'CONTROLLER_AND_DLEDGER',
    severity: 'error',
    literals: [],
    exit: { codes: [252] },
    rank: RANK.exitOnly,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} has two ways of electing a master switched on (exit status 252)`,
      why: first(groups.meaning),
      next: 'Remove enableControllerMode or enableDLegerCommitLog from its configuration',
    }),
    source: 'broker/.../BrokerStartup.java; measured',
    provoked: 'controller-and-dledger',
  },
  {
    code: 'START_FAILED',
    severity: 'error',
    literals: [],
    exit: { codes: [1, 2, 126, 127, 255] },
    rank: RANK.exitOnly,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} could not start`,
      why: first(groups.meaning),
      next: `Read ${readLog(facts, 'stdout')}: the first exception there is the reason`,
    }),
    source: 'BrokerStartup.java, NamesrvStartup.java, ControllerStartup.java, ProxyStartup.java; measured',
    provoked: 'listen-busy',
  },
  {
    code: 'ENDED_ORDERLY',
    severity: 'info',
    literals: [],
    exit: { codes: [0, 129, 130, 143], signals: ['SIGTERM', 'SIGINT', 'SIGHUP'] },
    // With logs it is not a finding: the node is well.
    accept: ({ files }) => files.length === 0,
    rank: RANK.exitOnly,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} ended because it was asked to`,
      why: first(groups.meaning),
      next: `Nothing is wrong; ${startAgain(facts)} if it is to run`,
    }),
    source: 'OpenJDK signals_posix.cpp; measured',
    provoked: 'start-stop',
  },
];
