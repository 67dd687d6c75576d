import { formatBytes } from '../../base/units.js';
import { RANK, type Symptom, type SymptomFacts } from '../symptom.js';
import { forNode, heapSize, raiseLimit, Subject, setHeap } from '../symptom-words.js';

const GLOBALS = 'OpenJDK arguments.cpp; measured';

const machine = ({ memory }: SymptomFacts) =>
  memory ? ` (the machine has ${formatBytes(memory.totalBytes)}, of which ${formatBytes(memory.availableBytes)} were free)` : '';

/** A broker of 5.4 and later reads its timer wheel, 38.7 MB, at each start. */
const enoughHeap = ({ role }: SymptomFacts) => (role === 'namesrv' ? '128m' : '512m');

export const MEMORY_SYMPTOMS: readonly Symptom[] = [
  {
    code: 'HEAP_OUT_OF_MEMORY',
    severity: 'error',
    literals: ['java.lang.OutOfMemoryError: Java heap space', 'java.lang.OutOfMemoryError: GC overhead limit exceeded'],
    pattern: /OutOfMemoryError: (?<kind>Java heap space|GC overhead limit exceeded)/,
    rank: RANK.machine,
    says: (facts, { record }) => ({
      what: `${Subject(facts)} ran out of heap`,
      why: `its heap of ${heapSize(facts)} (-Xmx) is too small for what it holds${/Terminating due to/.test(record[0] ?? '') ? '; the JVM ended itself (-XX:+ExitOnOutOfMemoryError) so as not to go on half alive' : ''}`,
      next: `Give it more: ${setHeap(facts, enoughHeap(facts))}`,
    }),
    source: 'OpenJDK debug.cpp report_java_out_of_memory; measured',
    provoked: 'heap-8m',
  },
  {
    code: 'DIRECT_MEMORY_EXHAUSTED',
    severity: 'error',
    literals: ['OutOfMemoryError: Direct buffer memory', 'OutOfMemoryError: Cannot reserve ', 'OutOfDirectMemoryError'],
    rank: RANK.machine,
    says: (facts) => ({
      what: `${Subject(facts)} ran out of memory for buffers outside the heap`,
      why: 'network, replication and the timer wheel need more than -XX:MaxDirectMemorySize allows',
      next: `Raise it: ${forNode(facts, (node) => `\`jvm: [-XX:MaxDirectMemorySize=512m]\` for ${node} in the profile`, '`-XX:MaxDirectMemorySize=512m`')}`,
    }),
    source: 'java.nio.Bits reserveMemory; measured',
    provoked: 'direct-memory',
  },
  {
    code: 'METASPACE_EXHAUSTED',
    severity: 'error',
    literals: ['java.lang.OutOfMemoryError: Metaspace', 'java.lang.OutOfMemoryError: Compressed class space'],
    rank: RANK.machine,
    says: (facts) => ({
      what: `${Subject(facts)} ran out of memory for classes`,
      why: '-XX:MaxMetaspaceSize is too small for its classes',
      next: 'Omit -XX:MaxMetaspaceSize, or set it to 128m or more',
    }),
    source: 'OpenJDK metaspace.cpp; measured',
    provoked: 'metaspace',
  },
  {
    code: 'GC_THRASHING',
    severity: 'warning',
    literals: ['Pause Full ('],
    pattern: /Pause Full \([^)]{1,60}\) \d+M->(?<after>\d+)M\((?<size>\d+)M\)/,
    accept: (_, { groups }) => Number(groups.size) > 0 && Number(groups.after) >= 0.9 * Number(groups.size),
    times: 5,
    kinds: ['gc'],
    rank: RANK.detail,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} spends its time on collecting garbage`,
      why: `one full collection after the other leaves the heap full (${groups.after} of ${groups.size} MB)`,
      next: `Give it more: ${setHeap(facts, enoughHeap(facts))}`,
    }),
    source: 'JEP 158, OpenJDK genCollectedHeap.cpp; measured',
    provoked: 'heap-8m',
  },
  {
    code: 'HEAP_INVALID',
    severity: 'error',
    literals: [
      'Initial heap size set to a larger value than the maximum heap size',
      'Too small maximum heap',
      'Too small initial heap',
      'Invalid maximum heap size:',
      'Invalid initial heap size:',
      'Incompatible minimum and maximum heap sizes',
    ],
    kinds: ['stdout'],
    rank: RANK.jvmRefused,
    says: (facts, { record }) => ({
      what: `The JVM refused the heap size of ${facts.node ?? 'the node'}`,
      why: `${(record[0] ?? '').trim()}; -Xms must not be above -Xmx, and both are written as 512m or 1g`,
      next: `Set both to the same size: ${setHeap(facts, '256m')}${forNode(facts, () => ' (and omit -Xms and -Xmx in the profile’s `jvm`)', '')}`,
    }),
    source: GLOBALS,
    provoked: 'xms-above-xmx',
  },
  {
    code: 'NOT_ENOUGH_MEMORY',
    severity: 'error',
    literals: ['There is insufficient memory for the Java Runtime Environment to continue'],
    rank: RANK.jvmRefused,
    says: (facts, { record }) => {
      const wanted = /failed to (?:map|allocate|commit) (\d+) bytes/.exec(record.join('\n'))?.[1];
      return {
        what: `The machine did not have enough memory for ${facts.node ?? 'the node'}`,
        why: `the JVM was refused ${wanted ? formatBytes(Number(wanted)) : 'memory'} by the system${machine(facts)}; the scripts of RocketMQ ask for 8 GB a broker`,
        next: `Use a smaller heap (${setHeap(facts, '256m')}), end other programs, or start fewer brokers`,
      };
    },
    source: 'OpenJDK vmError.cpp; measured',
    provoked: 'heap-beyond-memory',
  },
  {
    code: 'NOT_ENOUGH_MEMORY',
    severity: 'error',
    literals: ['Could not reserve enough space for ', 'Failed to reserve memory for '],
    kinds: ['stdout'],
    rank: RANK.jvmRefused,
    says: (facts, { record }) => ({
      what: `The machine did not have enough memory for ${facts.node ?? 'the node'}`,
      why: `${(record[0] ?? '').trim()}${machine(facts)}; or a limit (\`ulimit -v\`) is smaller than that`,
      next: `Use a smaller heap (${setHeap(facts, '256m')}). ${raiseLimit(facts, 'ulimit -v unlimited')}`,
    }),
    source: 'OpenJDK virtualspace.cpp, heap initialisation; measured',
    provoked: 'address-space',
  },
  {
    code: 'CANNOT_CREATE_THREAD',
    severity: 'error',
    literals: [
      'unable to create native thread',
      'unable to create new native thread',
      'Cannot create worker GC thread',
      'pthread_create failed (EAGAIN)',
    ],
    rank: RANK.machine,
    says: (facts) => ({
      what: `${Subject(facts)} could not start another thread`,
      why: 'your user has reached the limit of processes and threads (`ulimit -u`), or the machine has no memory left; a broker needs 200 to 300 threads',
      next: `${raiseLimit(facts, 'ulimit -u 4096')}. In a container raise pids.max. Or run fewer brokers`,
    }),
    source: 'OpenJDK os_linux.cpp create_thread; measured',
    provoked: 'threads',
  },
  {
    code: 'TOO_MANY_OPEN_FILES',
    severity: 'error',
    literals: ['Too many open files'],
    rank: RANK.machine,
    says: (facts) => ({
      what: `${Subject(facts)} could open no further file or connection`,
      why: 'the limit of open files is reached (`ulimit -n`); a broker keeps open its jars, its store files and a descriptor for each connection',
      next: raiseLimit(facts, 'ulimit -n 65536'),
    }),
    source: 'open(2) EMFILE; measured',
    provoked: 'open-files',
  },
];
