import { copyFile, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RmqdevError } from '../../base/errors.js';
import type { Finding } from '../../base/finding.js';
import type { ConfigFacts } from '../../diagnose/preflight/facts.js';
import { judgeConfig } from '../../diagnose/preflight/store.js';
import { configFacts } from '../../machine/store.js';
import { DEFAULT_QUEUES } from '../../profile/names.js';
import { CONFIG_TABLES, queuesOfTopics } from '../../rocketmq/config-tables.js';
import { CONFIG_FILES, CONFIG_FOLDER, CONFIG_LOSS, CONSUME_QUEUE_FOLDER } from '../../rocketmq/store-layout.js';
import { storeFolder } from '../roles/clean-end.js';
import type { NodeSpec } from '../spec/node-spec.js';
import { CONFIG_DAMAGED } from '../state/cluster-notices.js';
import type { Journal } from '../state/journal.js';

/**
 * Before a broker is launched: looks at the JSON tables of its store. For each table that cannot be read, tells what RocketMQ will load
 * instead and what is missing there. Keeps a copy of the damaged file, because RocketMQ does not keep it: 4.9.7 writes it over the whole .bak
 * at its next save, 5.5.0 deletes it when it loads. Leaves the file itself to RocketMQ, which loads the .bak by itself: only RocketMQ knows
 * what its parser accepts. Source: common/.../ConfigManager.java load, loadBak, persist; measured on both.
 * @throws RmqdevError STORE_DAMAGED if a table and its .bak are both broken. The broker would end with 253. At its end it would save the tables
 * that it had not loaded yet as empty ones: on 4.9.7 the offsets of all groups were lost this way
 */
export async function tellDamagedConfigs(node: NodeSpec, journal: Pick<Journal, 'record'>): Promise<void> {
  if (node.role !== 'broker') return;
  const folder = join(storeFolder(node), CONFIG_FOLDER);
  for (const name of CONFIG_FILES) {
    const facts = await configFacts(join(folder, `${name}.json`), `${name}.json`);
    if (facts.main === 'sound') continue;
    if (facts.backup === 'broken') throw bothBroken(node, facts);
    // A new store, or one with its tables in RocksDB.
    if (facts.main === 'missing' && facts.backup === 'missing') continue;
    const lost = await lossOf(node, facts);
    if (facts.main === 'missing' && lost.length === 0) continue;
    const kept = facts.main === 'broken' ? await keep(facts.file) : undefined;
    journal.record(CONFIG_DAMAGED, node.id, await describe(node, facts, lost, kept), {
      file: facts.file,
      kept: kept ?? null,
      loads: facts.backup === 'sound' ? `${facts.file}.bak` : null,
      lost,
    });
  }
}

function bothBroken(node: NodeSpec, facts: ConfigFacts): RmqdevError {
  const reset = `rmqdev reset ${node.id} -c ${node.cluster}`;
  const [finding] = judgeConfig({ node: { id: node.id, release: node.release.version }, reset }, facts) as [Finding];
  return new RmqdevError('STORE_DAMAGED', { what: finding.what, why: finding.why, next: finding.next });
}

/** @returns a copy, named after the time of the damaged file, so that several launches make only one. */
async function keep(file: string): Promise<string> {
  const { mtime } = await stat(file);
  const target = `${file}.damaged-${mtime.toISOString().replaceAll(':', '-')}`;
  await copyFile(file, target);
  return target;
}

/** @returns the entries that the table is known to have had and that are missing in what RocketMQ loads, sorted. */
async function lossOf(node: NodeSpec, { name, file, backup }: ConfigFacts): Promise<string[]> {
  const table = CONFIG_TABLES[name];
  if (!table) return [];
  const loaded = table.read(backup === 'sound' ? await textOf(`${file}.bak`) : '');
  const known = table.read(await textOf(file));
  for (const other of await knownElsewhere(node, name)) if (!known.has(other)) known.set(other, 0);
  const ownNames = new Set([node.brokerName ?? '', node.brokerClusterName]);
  const isLost = ([entry, value]: [string, number]) => !table.isOwn(entry, ownNames) && (loaded.get(entry) ?? -1) < value;
  return [...known]
    .filter(isLost)
    .map(([entry]) => entry)
    .sort();
}

/** A topic that has messages has a folder of queues; a group that has consumed has offsets. */
async function knownElsewhere(node: NodeSpec, name: string): Promise<string[]> {
  const store = storeFolder(node);
  if (name === 'topics.json') return namesIn(join(store, CONSUME_QUEUE_FOLDER));
  if (name !== 'subscriptionGroup.json') return [];
  const table = CONFIG_TABLES['consumerOffset.json'];
  const offsets = await textOf(join(store, CONFIG_FOLDER, 'consumerOffset.json'));
  return [...(table?.read(offsets).keys() ?? [])].map((key) => key.slice(key.indexOf('@') + 1));
}

async function describe(node: NodeSpec, facts: ConfigFacts, lost: string[], kept: string | undefined): Promise<string> {
  const { name, backup, main, why } = facts;
  const table = CONFIG_TABLES[name];
  const state = main === 'broken' ? (why ?? 'cannot be read') : `is ${main}`;
  const words = table ? `${table.words[lost.length === 1 ? 0 : 1]} ${lost.map(readable).join(', ')}` : '';
  const loads =
    backup === 'sound'
      ? `RocketMQ ${node.release.version} loads its copy ${name}.bak, which ${lost.length === 0 ? 'is older: the last changes may be missing' : `lacks ${words}`}`
      : `there is no copy, and RocketMQ ${node.release.version} starts with an empty table: ${lost.length === 0 ? `${CONFIG_LOSS[basename(name, '.json')]} are lost` : `lost ${lost.length === 1 ? 'is' : 'are'} ${words}`}`;
  const keeps = kept === undefined ? '' : `. The damaged file is kept as ${kept}`;
  return `${name} of ${node.id} ${state}; ${loads}${keeps}${await mend(node, facts, lost)}`;
}

/** The queues of a topic without a table entry stay where they are, with their messages. Measured on 4.9.7 and 5.5.0. */
async function mend(node: NodeSpec, { name, file }: ConfigFacts, lost: readonly string[]): Promise<string> {
  const suffix = ` -c ${node.cluster}`;
  const [first] = lost;
  if (first === undefined) return '';
  if (name === 'topics.json') {
    const text = await textOf(file);
    const queues = queuesOfTopics(text).get(first) ?? Math.max(DEFAULT_QUEUES, ...(await queueIds(node, first)).map((id) => id + 1));
    return `. Make it again, and its messages are read again: \`rmqdev topic create ${first} --queues ${queues}${suffix}\``;
  }
  if (name === 'subscriptionGroup.json') return `. Make it again: \`rmqdev group create ${first}${suffix}\``;
  const group = first.slice(first.indexOf('@') + 1);
  return `. Such a group reads messages again, or begins where its client says; \`rmqdev group reset-offset ${group}${suffix}\` sets where`;
}

/** Only queues that have had a message have a folder: there may be more. */
const queueIds = async (node: NodeSpec, topic: string): Promise<number[]> =>
  (await namesIn(join(storeFolder(node), CONSUME_QUEUE_FOLDER, topic))).filter((name) => /^\d+$/.test(name)).map(Number);

const readable = (entry: string): string => entry.replace(/^([^@]+)@(.+)$/, 'group $2 on $1');

const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
