import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.js';
import { systemCode } from '../base/errors.js';
import { parseLooseJson } from '../base/loose-json.js';
import type { ConfigFacts, ConfigState, Known, StoreFacts, StoreFile } from '../diagnose/preflight/facts.js';
import {
  COMMIT_LOG_FOLDER,
  COMMIT_LOG_PATH_KEY,
  CONFIG_FILES,
  CONFIG_FOLDER,
  CONSUME_QUEUE_FOLDER,
  PATH_SEPARATOR,
  RMQDEV_STORE_LOCK,
  STORE_LOCK,
} from '../rocketmq/store-layout.js';
import { bounded } from './bounded.js';
import type { MachineWorld } from './machine-world.js';
import { heldLocks } from './store-locks.js';
import { mayWrite } from './volume.js';

const TIMEOUT_MS = 1_000;
/** All queues of a broker have files of the same size: more than this many add nothing. */
const QUEUES_LOOKED_AT = 20;
/** Larger files are not read: no broker on a laptop writes so much. */
const MAX_CONFIG_BYTES = 16 * 1024 * 1024;

/** The state of one broker's store. Only reads. @param properties of the broker, for the paths of its files */
export function storeFacts(
  path: string,
  properties: ReadonlyMap<string, string>,
  machine: MachineWorld,
  clock: Clock,
): Promise<Known<StoreFacts>> {
  return bounded(
    async () => {
      const entries = await namesIn(path);
      const nothing = { path, entries, commitLog: [], consumeQueue: [], configs: [], locks: [] };
      const commitLogs = (properties.get(COMMIT_LOG_PATH_KEY) ?? join(path, COMMIT_LOG_FOLDER)).split(PATH_SEPARATOR);
      if (entries.length === 0) return { ...nothing, commitLog: await allFiles(commitLogs), readOnly: await readOnly([path]) };
      const [commitLog, consumeQueue, configs, locks, locked] = await Promise.all([
        allFiles(commitLogs),
        queueFiles(join(path, CONSUME_QUEUE_FOLDER)),
        Promise.all(CONFIG_FILES.map((name) => configFacts(join(path, CONFIG_FOLDER, `${name}.json`), `${name}.json`))),
        heldLocks([join(path, STORE_LOCK), join(path, RMQDEV_STORE_LOCK)], machine),
        readOnly([path, join(path, CONFIG_FOLDER), join(path, CONSUME_QUEUE_FOLDER), ...commitLogs]),
      ]);
      return { ...nothing, commitLog, consumeQueue, configs, locks, readOnly: locked };
    },
    TIMEOUT_MS,
    clock,
  );
}

/** A missing folder counts as empty; a folder that cannot be read is an error. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function allFiles(folders: readonly string[]): Promise<StoreFile[]> {
  return (await Promise.all(folders.map(filesIn))).flat();
}

/** The name of a mapped file is the offset at which it begins; other files do not belong to the store. */
async function filesIn(folder: string): Promise<StoreFile[]> {
  const names = (await namesIn(folder)).filter((name) => /^\d{20}$/.test(name));
  return Promise.all(names.map(async (name) => ({ file: join(folder, name), sizeBytes: (await stat(join(folder, name))).size })));
}

async function queueFiles(folder: string): Promise<StoreFile[]> {
  const queues: string[] = [];
  for (const topic of await namesIn(folder)) {
    for (const queue of await namesIn(join(folder, topic))) queues.push(join(folder, topic, queue));
    if (queues.length >= QUEUES_LOOKED_AT) break;
  }
  const files = await Promise.all(queues.slice(0, QUEUES_LOOKED_AT).map(filesIn));
  return files.flatMap(([first]) => (first ? [first] : []));
}

/** The state of one of a broker's JSON files and of its copy. */
export async function configFacts(file: string, name: string): Promise<ConfigFacts> {
  const [main, backup] = await Promise.all([readConfig(file), readConfig(`${file}.bak`)]);
  return { name, file, main: main.state, backup: backup.state, why: main.why ?? backup.why };
}

async function readConfig(file: string): Promise<{ state: ConfigState; why?: string }> {
  try {
    const { size } = await stat(file);
    if (size === 0) return { state: 'empty' };
    if (size > MAX_CONFIG_BYTES) return { state: (await hasText(file)) ? 'sound' : 'broken' };
    return judgeConfig(await readFile(file, 'utf8'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { state: 'missing' };
    throw error;
  }
}

async function hasText(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, 0);
    return buffer[0] !== 0;
  } finally {
    await handle.close();
  }
}

/** @returns how RocketMQ's parser would read a file's text. It knows how files break: cut off, zeroed after a power loss, edited by hand. */
export function judgeConfig(text: string): { state: ConfigState; why?: string } {
  if (text.length === 0) return { state: 'empty' };
  if (text.startsWith('\0')) return { state: 'broken', why: 'has only zeros in it, as after a power loss' };
  try {
    const parsed = parseLooseJson(text);
    return typeof parsed === 'object' && parsed !== null ? { state: 'sound' } : { state: 'broken', why: 'is not a JSON object' };
  } catch {
    return /}\s*$/.test(text)
      ? { state: 'broken', why: 'is not the JSON that RocketMQ writes' }
      : { state: 'broken', why: `is cut off after ${Buffer.byteLength(text)} bytes` };
  }
}

async function readOnly(folders: readonly string[]): Promise<string[]> {
  const verdicts = await Promise.all(
    folders.map(async (folder) => ({
      folder,
      isThere: (await stat(folder).catch(() => undefined)) !== undefined,
      may: await mayWrite(folder),
    })),
  );
  return verdicts.flatMap(({ folder, isThere, may }) => (isThere && !may ? [folder] : []));
}
