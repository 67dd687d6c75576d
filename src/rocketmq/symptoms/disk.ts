import { RANK, type Symptom, type SymptomFacts } from '../symptom.js';
import { forNode, Subject, startAgain } from '../symptom-words.js';

const percent = (ratio: string | number | undefined | null) =>
  ratio === undefined || ratio === null ? '' : ` (${Math.round(Number(ratio) * 100)} % used)`;
const freeSpace = (facts: SymptomFacts) =>
  `Free some space on the volume of ${facts.storePath ?? 'its store'} (\`df -h\`)${forNode(facts, () => '; `rmqdev clean` removes leftovers; or set `RMQDEV_HOME` to a folder on a larger volume', ', or move storePathRootDir to another one')}`;
/** The frames that read the `-c` file are in the stack of the store too, further down. */
const READS_CONFIG =
  /(?:Broker|Namesrv|Controller)Startup\.(?:createBrokerController|createNamesrvController|parseCmdLine|parseCommandlineAndConfigFile|configFileToConfigContext)/;
const READS_STORE = /DefaultMessageStore|MappedFile|ConfigManager|RocksDB/;

export const DISK_SYMPTOMS: readonly Symptom[] = [
  {
    code: 'DISK_FULL',
    severity: 'error',
    literals: ['No space left on device'],
    rank: RANK.machine,
    says: (facts) => ({
      what: `The disk of ${facts.node ?? 'the node'} is full`,
      why: `a write failed because the disk has no space left${percent(facts.diskUsedRatio)}; the file that it was writing may be cut short`,
      next: `${freeSpace(facts)}; then ${startAgain(facts)}`,
    }),
    source: 'write(2) ENOSPC; measured',
    provoked: 'disk-without-space',
  },
  {
    code: 'DISK_FULL',
    severity: 'error',
    literals: ['a fault occurred in a recent unsafe memory access operation', 'a fault occurred in an unsafe memory access operation'],
    rank: RANK.machine,
    says: (facts) => ({
      what: `${Subject(facts)} could not write to a mapped file: its disk is full, or the file was cut short while in use`,
      why: `the disk has no space for a page of the file${percent(facts.diskUsedRatio)}; the JVM reports this as an InternalError (SIGBUS)`,
      next: `${freeSpace(facts)}; then ${startAgain(facts)}`,
    }),
    source: 'OpenJDK sharedRuntime.cpp handle_unsafe_access; measured on a full tmpfs',
    provoked: 'disk-without-space',
  },
  {
    code: 'DISK_FULL',
    severity: 'warning',
    literals: ['so mark disk full'],
    pattern:
      /disk (?:of \w{1,20} )?maybe full soon,?(?: used)? (?<ratio>[\d.]{1,24}), so mark disk full(?:, storePathPhysic=(?<path>.{1,500}))?/,
    overAfter: /disk space OK .{0,200}so mark disk ok/,
    rank: RANK.running,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} refuses messages: its disk is too full`,
      why: `the volume of ${groups.path ?? facts.storePath ?? 'its store'} is${percent(groups.ratio)} above the limit, by default 90 %; the broker answers sends with code 14, reads go on`
        .replace('is (', 'is ')
        .replace('% used)', '% full,'),
      next: `${freeSpace(facts)}. A 4.x broker accepts a higher limit (-Drocketmq.broker.diskSpaceWarningLevelRatio=0.98), a 5.x broker never more than 90 %`,
    }),
    source: 'store/.../DefaultMessageStore.java CleanCommitLogService; measured',
    provoked: 'disk-over-90',
  },
  {
    code: 'STORE_PERMISSION_DENIED',
    severity: 'error',
    literals: ['(Permission denied)', 'AccessDeniedException: '],
    pattern: /FileNotFoundException: (?<file>.{1,1000}?) \(Permission denied\)|AccessDeniedException: (?<path>.{1,1000})/,
    accept: (_, { record }) => READS_STORE.test(record.join('\n')) || !READS_CONFIG.test(record.join('\n')),
    rank: RANK.cause,
    says: (facts, { groups }) => {
      const file = groups.file ?? groups.path ?? 'a file of its store';
      return {
        what: `${Subject(facts)} cannot write to its store: no permission`,
        why: `${file} is not writable for the user that started it; often the node was started before as root or with sudo`,
        next: `Give it back to your user: \`sudo chown -R "$(id -u)" ${facts.storePath ?? '<storePathRootDir>'}\`, then ${startAgain(facts)}`,
      };
    },
    source: 'store/.../DefaultMessageStore.java constructor (lock file); measured',
    provoked: 'store-unwritable',
  },
  {
    code: 'READ_ONLY_FILE_SYSTEM',
    severity: 'error',
    literals: ['Read-only file system'],
    pattern: /(?:Exception: )?(?<file>\/.{1,1000}?)(?: \(|: )Read-only file system/,
    rank: RANK.machine,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} cannot write: its store is on a read-only file system`,
      why: `${groups.file} could not be created; the volume is mounted read-only, or the kernel made it read-only after a disk error`,
      next: `Look at \`mount\` and \`dmesg\`; mount it writable, or ${forNode(facts, () => 'set `RMQDEV_HOME` to a folder on another volume', 'move storePathRootDir to another volume')}`,
    }),
    source: 'open(2) EROFS; measured',
    provoked: 'store-read-only',
  },
];
