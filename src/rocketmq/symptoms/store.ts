import { RANK, type Symptom } from '../symptom.js';
import { fileSizeKey, forNode, freshStore, raiseLimit, readLog, Subject, setProperty, startAgain } from '../symptom-words.js';

const MESSAGE_STORE = 'store/.../DefaultMessageStore.java';
const MAPPED_FILE_QUEUE = 'store/.../MappedFileQueue.java load';

export const STORE_SYMPTOMS: readonly Symptom[] = [
  {
    code: 'STORE_LOCKED',
    severity: 'error',
    literals: ['Lock failed,MQ already started', 'Lock failed, MQ already started'],
    rank: RANK.storeLocked,
    says: (facts) => ({
      what: `${Subject(facts)} found that another JVM uses its store`,
      why: `another broker already runs on ${facts.storePath ?? 'that store'}, or two brokers have the same storePathRootDir`,
      next: `Stop the other one first (\`jps -l\` lists the JVMs${facts.storePath ? `, \`lsof ${facts.storePath}/lock\` names the one that uses it` : ''}), or give this broker its own store; then ${startAgain(facts)}`,
    }),
    source: `${MESSAGE_STORE} start; measured`,
    provoked: 'store-locked',
  },
  {
    code: 'STORE_FILE_SIZE_CHANGED',
    severity: 'error',
    literals: ['length not matched message store config value, please check it manually'],
    pattern: /(?<file>\/[^\t]{1,1000}?)[\t ]+(?<size>\d+) length not matched/,
    since: '4.5.1',
    rank: RANK.cause,
    says: (facts, { groups }) => {
      const file = groups.file ?? '';
      const size = Number(groups.size);
      const key = fileSizeKey(facts, /consumequeue/.test(file) ? 'ConsumeQueue' : 'CommitLog');
      const isWhole = key.endsWith('ConsumeQueue') ? size % 20 === 0 : size % 4096 === 0;
      return {
        what: `${Subject(facts)} could not load its store: the size of a file differs from the configuration`,
        why: isWhole
          ? `${file} has ${size} bytes, and ${key} is another number now; the store was written with the other one`
          : `${file} has ${size} bytes, which is no whole file: it was cut short`,
        next: isWhole
          ? `Set it back: ${setProperty(facts, key, String(size))}. Or, if its messages are not needed, ${freshStore(facts)}`
          : `If the messages in it are not needed, ${freshStore(facts)}; else put back a copy of that file`,
      };
    },
    source: `${MAPPED_FILE_QUEUE}; measured`,
    provoked: 'file-size-changed',
  },
  {
    code: 'STORE_FILE_SIZE_IGNORED',
    severity: 'warning',
    literals: ['length not matched message store config value, ignore it'],
    pattern: /(?<file>\/[^\t]{1,1000}?)[\t ]+(?<size>\d+) length not matched/,
    before: '4.5.1',
    rank: RANK.running,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} does not load a file of its store`,
      why: `${groups.file} has ${groups.size} bytes, which is not the file size in its configuration; this release goes on without the file and its messages`,
      next: `Stop it and set the size back: ${setProperty(facts, fileSizeKey(facts, 'CommitLog'), String(groups.size))}`,
    }),
    source: `${MAPPED_FILE_QUEUE} at 4.4.0`,
    provoked: 'file-size-ignored',
  },
  {
    code: 'CONFIG_JSON_CORRUPT',
    severity: 'error',
    literals: ['.json Failed', '.json.bak Failed'],
    pattern: /load (?<file>.{1,1000}?\.json)(?:\.bak)? Failed/,
    roles: ['broker', 'proxy'],
    rank: RANK.cause,
    says: (facts, { groups, record }) => {
      const name = (groups.file ?? '').split('/').at(-1) ?? '';
      const reason = record
        .find((line) => /JSON\w*Exception/.test(line))
        ?.replace(/^.*?JSON(\w*)Exception: ?/, '')
        // The first line of the file follows.
        .replace(/\{.*$/, '')
        .trim();
      return {
        what: `${Subject(facts)} could not read ${name}`,
        why: `neither ${groups.file} nor its backup ${name}.bak is valid JSON${reason ? ` (${reason.slice(0, 120)})` : ''}; most often its JVM was killed, or the disk was full, while the file was written`,
        next: `Repair the file or put back a good copy. Or delete both: the broker then starts without ${CONTENTS[name] ?? 'their contents'}, and its messages stay. ${forNode(facts, (node) => `Then \`rmqdev start ${node}\`; or \`rmqdev reset ${node}\` for an empty store`, 'Then start it again')}`,
      };
    },
    source: 'common/.../ConfigManager.java loadBak; measured',
    provoked: 'corrupt-topics',
  },
  {
    code: 'CONFIG_JSON_CORRUPT',
    severity: 'error',
    literals: ['JSONException: ', 'JSONValidException: '],
    near: /KVConfigManager\.load/,
    roles: ['namesrv'],
    rank: RANK.cause,
    says: (facts) => ({
      what: `${Subject(facts)} could not read kvConfig.json`,
      why: 'namesrv/kvConfig.json below its user.home (or kvConfigPath) is not valid JSON; it holds ordered topics and other key-value settings',
      next: `Delete the file: few clusters use it, and brokers register their topics again by themselves; then ${startAgain(facts)}`,
    }),
    source: 'namesrv/.../kvconfig/KVConfigManager.java load; measured',
    provoked: 'kv-config-corrupt',
  },
  {
    code: 'CONFIG_JSON_BACKUP_USED',
    severity: 'info',
    literals: ['.json failed, and try to load backup file'],
    pattern: /load (?<file>.{1,1000}?\.json) failed, and try to load backup file/,
    rank: RANK.running,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} could not read ${groups.file} and looked for its backup`,
      why: 'the file was cut short, most often because its JVM was killed while it wrote the file; the backup is a few seconds older',
      next: `If ${groups.file}.bak was whole, do nothing. If there was none, the table started empty: create again what is missing`,
    }),
    source: 'common/.../ConfigManager.java load; measured',
    provoked: 'backup-used',
  },
  {
    code: 'MAP_FAILED',
    severity: 'error',
    literals: ['Map failed'],
    pattern: /(?:OutOfMemoryError|IOException): Map failed|Map failed$/,
    rank: RANK.cause,
    says: (facts) => ({
      what: `${Subject(facts)} could not map a file of its store into memory`,
      why: 'the address space or the number of mappings is used up (`ulimit -v`, vm.max_map_count), or the file is too large for a 32-bit JVM',
      next: `Allow more mappings: \`sudo sysctl -w vm.max_map_count=65530\`. ${raiseLimit(facts, 'ulimit -v unlimited')}. Or use smaller files on an empty store: ${setProperty(facts, fileSizeKey(facts, 'CommitLog'), '67108864')}`,
    }),
    source: 'sun.nio.ch.FileChannelImpl map; store/.../MappedFile.java init; measured',
    provoked: 'map-failed',
  },
  {
    code: 'STORE_DAMAGED',
    severity: 'warning',
    literals: ['CRC check failed. bodyCRC=', 'checkMessageAndReturnSize failed, may can not dispatch'],
    rank: RANK.running,
    says: (facts) => ({
      what: `${Subject(facts)} found a damaged message in its commit log`,
      why: 'its bytes differ from what was written: the machine lost power, the disk was full, or two JVMs wrote to it. If the broker found it during its start, it cut off that message and all after it',
      next: `Compare what consumers get with what was sent. If its messages are not needed, ${freshStore(facts)}`,
    }),
    source: 'store/.../CommitLog.java checkMessageAndReturnSize; measured',
    provoked: 'commitlog-garbage',
  },
  {
    code: 'STORE_PATH_INVALID',
    severity: 'error',
    literals: ['Not a directory'],
    pattern: /(?<file>\/[^:()]{1,1000}?)(?: \(|: )Not a directory/,
    rank: RANK.cause,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} cannot use its store path`,
      why: `${facts.storePath ?? 'storePathRootDir'} is a file, or goes through one (${groups.file})`,
      next: 'Move that file away, or name a folder in storePathRootDir and storePathCommitLog',
    }),
    source: 'open(2) ENOTDIR; measured',
    provoked: 'store-path-is-file',
  },
  {
    code: 'ROCKSDB_STORE',
    severity: 'warning',
    literals: ['MessageRocksDBStorage init error'],
    since: '5.4.0',
    roles: ['broker', 'proxy'],
    rank: RANK.running,
    says: (facts) => ({
      what: `${Subject(facts)} runs without its RocksDB store`,
      why: `the folder rocksdbstore${facts.storePath ? ` in ${facts.storePath}` : ' in its store'} is damaged, or another JVM uses it; ordinary messages do not need it`,
      next: `Stop the broker, move the folder rocksdbstore away, and ${startAgain(facts)}; ${readLog(facts, 'storeerror')} has the reason`,
    }),
    source: 'store/.../rocksdb/MessageRocksDBStorage.java; measured',
    provoked: 'rocksdb-damaged',
  },
  {
    code: 'ROCKSDB_PATH_CHANGED',
    severity: 'error',
    literals: ['find RocksDBConsumeQueue in original/separate path, maybe incompatible config.'],
    since: '5.5.0',
    rank: RANK.cause,
    says: (facts) => ({
      what: `${Subject(facts)} found its RocksDB consume queues in another folder`,
      why: 'useSeparateStorePathForRocksdbCQ was changed on an existing store',
      next: `Set it back to its old value; or, if its messages are not needed, ${freshStore(facts)}`,
    }),
    source: 'store/.../queue/RocksDBConsumeQueueStore.java at 5.5.0',
    notProvoked: 'RocksDB consume queues are off by default and this project does not run them',
  },
  {
    code: 'STORE_NOT_LOADED',
    severity: 'error',
    literals: ['load commit log Failed'],
    kinds: ['store'],
    rank: RANK.consequence,
    says: (facts) => ({
      what: `${Subject(facts)} could not load its commit log`,
      why: `store.log says so; the line before it says why`,
      next: `Read ${readLog(facts, 'store')}. If its messages are not needed, ${freshStore(facts)}`,
    }),
    source: `${MESSAGE_STORE} load; measured`,
    provoked: 'file-size-changed',
  },
  {
    code: 'STORE_NOT_LOADED',
    severity: 'error',
    literals: ['load consume queue '],
    pattern: /load consume queue \S+ Failed/,
    kinds: ['store'],
    rank: RANK.consequence,
    says: (facts) => ({
      what: `${Subject(facts)} could not load a consume queue`,
      why: `store.log says so; the line before it says why`,
      next: `Read ${readLog(facts, 'store')}. If you move the folder consumequeue out of its store, the broker builds the consume queues again from the commit log`,
    }),
    source: `${MESSAGE_STORE} loadConsumeQueue; measured`,
    provoked: 'queue-file-size-changed',
  },
  {
    code: 'STORE_NOT_LOADED',
    severity: 'error',
    literals: ['Cannot invoke "org.apache.rocketmq.store.MessageStore.getMessageStoreConfig()"', 'TimerFlushService.shutdown()" because'],
    kinds: ['stdout'],
    since: '5.0.0',
    rank: RANK.consequence,
    says: (facts) => ({
      what: `${Subject(facts)} could not be initialised`,
      why: 'the exception on its console comes from the clean-up; broker.log or store.log has the reason',
      next: `Read ${readLog(facts, 'broker')} and ${readLog(facts, 'store')}, from the first ERROR on`,
    }),
    source: 'broker/.../BrokerController.java shutdownBasicService; measured on 5.3.3',
    provoked: 'store-read-only',
  },
];

/** What a broker lacks if a file of its store's config folder is gone. */
const CONTENTS: Readonly<Record<string, string>> = {
  'topics.json': 'its topics',
  'consumerOffset.json': 'the positions of consumers, which then start where their clients say',
  'subscriptionGroup.json': 'its consumer groups',
  'delayOffset.json': 'the positions of delayed messages',
  'consumerFilter.json': 'the filters of consumers',
};
