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
      what: `${Subject(facts)} found its store taken by another JVM`,
      why: `another broker already runs on ${facts.storePath ?? 'that store'}, or two brokers were given the same storePathRootDir`,
      next: `Stop the other one first (\`jps -l\` lists the JVMs${facts.storePath ? `, \`lsof ${facts.storePath}/lock\` names the one that has it` : ''}), or give this broker a store of its own; then ${startAgain(facts)}`,
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
        what: `${Subject(facts)} could not load its store: a file has another size than the configuration says`,
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
        why: `neither ${groups.file} nor its backup ${name}.bak is valid JSON${reason ? ` (${reason.slice(0, 120)})` : ''}; most often its JVM was killed, or the disk was full, while it was written`,
        next: `Repair the file or put back a good copy. Or delete both: the broker then starts without ${CONTENTS[name] ?? 'what stood in it'}, and its messages stay. ${forNode(facts, (node) => `Then \`rmqdev start ${node}\`; or \`rmqdev reset ${node}\` for an empty store`, 'Then start it again')}`,
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
      why: 'namesrv/kvConfig.json below its user.home (or kvConfigPath) is no valid JSON; it holds ordered topics and other key-value settings',
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
      why: 'the file was cut short, most often because its JVM was killed while it was written; the backup is a few seconds older',
      next: `Where ${groups.file}.bak was whole, nothing has to be done. Where there was none, the table began empty: create again what is missing`,
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
      why: 'bytes in it are not what was written: the machine lost power, the disk was full, or two JVMs wrote to it. Where it was found at a start, that message and all after it were cut off',
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
      why: `the folder rocksdbstore${facts.storePath ? ` in ${facts.storePath}` : ' in its store'} is damaged, or another JVM has it open; ordinary messages do not need it`,
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
      what: `${Subject(facts)} found its RocksDB consume queues at another place`,
      why: 'useSeparateStorePathForRocksdbCQ was changed on a store that exists already',
      next: `Set it back to what it was; or, if its messages are not needed, ${freshStore(facts)}`,
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
      next: `Read ${readLog(facts, 'store')}. The consume queues are made anew from the commit log when the folder consumequeue of its store is moved away`,
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
      why: 'the exception on its console is only the clean-up after it: the reason stands in broker.log or store.log',
      next: `Read ${readLog(facts, 'broker')} and ${readLog(facts, 'store')}, from the first ERROR on`,
    }),
    source: 'broker/.../BrokerController.java shutdownBasicService; measured on 5.3.3',
    provoked: 'store-read-only',
  },
];

/** What a broker is without, where a file of its store's config folder is gone. */
const CONTENTS: Readonly<Record<string, string>> = {
  'topics.json': 'its topics',
  'consumerOffset.json': 'the positions of consumers, which then begin where their clients say',
  'subscriptionGroup.json': 'its consumer groups',
  'delayOffset.json': 'the positions of delayed messages',
  'consumerFilter.json': 'the filters of consumers',
};
