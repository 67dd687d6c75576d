import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import { asError } from '../../base/errors.js';
import type { ClusterPaths, NodePaths } from '../../base/paths.js';
import { evidenceKind, nodeFiles } from '../../evidence/node-files.js';
import { listLogFiles } from '../../logs/log-files.js';
import type { Contents, Ends } from './contents.js';

/** What a report takes from `cluster.json`, as far as it can be read. */
export type KnownState = {
  profile: string | null;
  /** The effective profile as YAML. */
  profileText: string | null;
  nodes: readonly { id: string; rocketmq: string; java: string; intent: string }[];
};

type Assignment = { release?: { version?: string }; jdk?: { version?: string; home?: string } };
type State = { profile?: { name?: string }; nodes?: Record<string, { assignment?: Assignment; snapshot?: { intent?: string } }> };

/** The state, else its copy; nothing where both are broken: the files themselves are in the report. */
export function knownState(paths: ClusterPaths): KnownState {
  for (const file of [paths.state, paths.stateCopy]) {
    try {
      const state = JSON.parse(readFileSync(file, 'utf8')) as State;
      if (typeof state.profile !== 'object' || state.profile === null) continue;
      return { profile: state.profile.name ?? null, profileText: stringify(state.profile, { lineWidth: 0 }), nodes: nodesOf(state) };
    } catch {
      // The copy may be whole.
    }
  }
  return { profile: null, profileText: null, nodes: [] };
}

function nodesOf({ nodes = {} }: State): KnownState['nodes'] {
  return Object.entries(nodes).map(([id, { assignment, snapshot }]) => ({
    id,
    rocketmq: assignment?.release?.version ?? 'unknown',
    java: `${assignment?.jdk?.version ?? 'unknown'} (${assignment?.jdk?.home ?? 'unknown'})`,
    intent: snapshot?.intent ?? 'unknown',
  }));
}

const KB = 1024;
const STATE: Ends = { head: 512 * KB, tail: 512 * KB };
const JOURNAL: Ends = { head: 0, tail: 1024 * KB };
const CONFIG: Ends = { head: 128 * KB, tail: 128 * KB };
/** The start tells flags and versions, the end what happened. */
const LOG: Ends = { head: 16 * KB, tail: 240 * KB };
const GC_LOG: Ends = { head: 8 * KB, tail: 56 * KB };
/** The first two pages of an hs_err say why; the maps behind them are long. */
const HS_ERR: Ends = { head: 192 * KB, tail: 64 * KB };
const CRASH: Ends = { head: 512 * KB, tail: 512 * KB };
const CRASHES_PER_NODE = 5;
/** Rotated hs_err files: the newest. */
const LOGS_PER_NODE = 60;
const LISTED_FILES = 5_000;

/** The state, the journal and whatever else lies right in the cluster's folder: files set aside, a torn line. */
export async function addClusterFolder(contents: Contents, paths: ClusterPaths): Promise<void> {
  const entries = await listed(contents, paths.root, 'cluster');
  for (const { name } of entries.filter((entry) => !entry.isDirectory())) {
    const isJournal = name.startsWith('events.ndjson');
    await contents.file(`cluster/${name}`, join(paths.root, name), isJournal ? JOURNAL : STATE);
  }
  contents.text('cluster/files.txt', await fileList(paths.root), 'every file of the cluster, with its size; of stores no more than that');
}

/** @returns the ids of the nodes, as their folders say. */
export function nodeIdsOnDisk(paths: ClusterPaths): string[] {
  return foldersIn(join(paths.root, 'nodes'));
}

/** A node's configuration, the ends of its logs, its console, GC log and hs_err, and the small files of its store. */
export async function addNodeFolder(contents: Contents, id: string, paths: NodePaths): Promise<void> {
  const at = (path: string) => `nodes/${id}/${relative(paths.root, path)}`;
  for (const path of [paths.config, paths.runConfig, paths.launchMark]) await contents.file(at(path), path, CONFIG);
  const files = [...nodeFiles(paths.root).map(({ path }) => path), ...(await logsBelow(contents, paths.logs, at))];
  const logs = [...new Set(files)].filter((path) => evidenceKind(path) !== 'dump');
  for (const path of logs.slice(0, LOGS_PER_NODE)) await contents.file(at(path), path, endsOf(path));
  for (const path of logs.slice(LOGS_PER_NODE)) contents.absent(at(path), `left out: ${LOGS_PER_NODE} logs of the node are in it`);
  const config = join(paths.store, 'config');
  for (const name of filesIn(config)) await contents.file(at(join(config, name)), join(config, name), CONFIG);
}

/** @returns the texts of the newest crash reports of a node, oldest first. */
export async function addCrashReports(contents: Contents, id: string, paths: ClusterPaths): Promise<string[]> {
  const folder = paths.crashes(id);
  const names = filesIn(folder);
  const texts: string[] = [];
  for (const name of names.slice(-CRASHES_PER_NODE)) {
    const text = await contents.file(`crashes/${id}/${name}`, join(folder, name), CRASH);
    if (text !== undefined) texts.push(text);
  }
  if (names.length > CRASHES_PER_NODE) contents.absent(`crashes/${id}`, `${names.length - CRASHES_PER_NODE} older reports are left out`);
  return texts;
}

function endsOf(path: string): Ends {
  const kind = evidenceKind(path);
  if (kind === 'hs_err') return HS_ERR;
  return kind === 'gc' ? GC_LOG : LOG;
}

async function listed(contents: Contents, folder: string, path: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    contents.absent(path, asError(error).message);
    return [];
  }
}

function filesIn(folder: string): string[] {
  return entriesIn(folder).flatMap((entry) => (entry.isDirectory() ? [] : [entry.name]));
}

function foldersIn(folder: string): string[] {
  return entriesIn(folder).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

/** A line a file: bytes, blocks on the disk, when it was written to, its path. */
async function fileList(root: string): Promise<string> {
  const lines: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const entry of entriesIn(folder)) {
      if (lines.length >= LISTED_FILES) return;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await walk(path);
      else lines.push(await lineOf(path, relative(root, path)));
    }
  };
  await walk(root);
  const rest = lines.length >= LISTED_FILES ? ['… more files are not listed'] : [];
  return `bytes  on-disk  modified  path\n${[...lines, ...rest].join('\n')}\n`;
}

async function lineOf(path: string, name: string): Promise<string> {
  try {
    const { size, blocks, mtime } = await lstat(path);
    return `${size}  ${blocks * 512}  ${mtime.toISOString()}  ${name}`;
  } catch (error) {
    return `?  ?  ?  ${name}  (${asError(error).message})`;
  }
}

async function logsBelow(contents: Contents, folder: string, at: (path: string) => string): Promise<string[]> {
  try {
    return (await listLogFiles(folder)).map(({ file }) => file);
  } catch (error) {
    contents.absent(at(folder), asError(error).message);
    return [];
  }
}
