import { existsSync, statSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { basename, join, resolve } from 'node:path';
import pc from 'picocolors';
import type { HomePaths } from '../../base/paths.js';
import { formatBytes } from '../../base/units.js';
import type { CrashReport } from '../../contract/findings.js';
import { renderStatus } from '../output/status-table.js';
import { chooseCluster } from './choose-cluster.js';
import { addClusterFolder, addCrashReports, addNodeFolder, type KnownState, knownState, nodeIdsOnDisk } from './cluster-files.js';
import { Contents, type Missing, type ReportFile } from './contents.js';
import { addMachine } from './machine.js';
import { privateNames, Redactor } from './redactor.js';
import { summaryText } from './summary.js';
import { writeArchive } from './write-archive.js';

export type ReportRequest = { cluster: string; output: string | undefined; mayReplace: boolean; version: string; now: Date };

/** What `rmqdev report` has made. Field names are API: `--json` prints it, and `manifest.json` holds most of it. */
export type ReportResult = {
  file: string;
  sizeBytes: number;
  cluster: string | null;
  files: readonly ReportFile[];
  missing: readonly Missing[];
  /** Placeholder to how often it stands in place of something. */
  replaced: Readonly<Record<string, number>>;
};

const DAEMON_LOG = { head: 0, tail: 512 * 1024 };
const NO_STATE: KnownState = { profile: null, profileText: null, nodes: [] };

/**
 * Gathers what a maintainer needs into one archive, without whose machine it is. Starts nothing, changes nothing but the archive;
 * whatever cannot be had is named in it.
 * @throws RmqdevError CLUSTER_NOT_FOUND, FILE_NOT_WRITTEN, DISK_FULL
 */
export async function makeReport(home: HomePaths, request: ReportRequest): Promise<ReportResult> {
  const contents = new Contents(new Redactor(privateNames(home, process.env)));
  const { name, facts, why } = await chooseCluster(home, request.cluster);
  const state = name === null ? NO_STATE : knownState(home.cluster(name));
  const checks = await addMachine(contents, home, state.profile);

  const status = facts === null ? null : renderStatus(facts.status, pc.createColors(false), request.now.getTime());
  if (facts && status) {
    contents.text('status.txt', `${status}\n`);
    contents.json('daemon-facts.json', facts);
  } else contents.absent('daemon-facts.json', why ?? 'not known');
  if (state.profileText !== null) contents.text('profile.yaml', state.profileText);
  else if (name !== null) contents.absent('profile.yaml', 'the state of the cluster cannot be read');
  const crashes = name === null ? [] : await addCluster(contents, home, name);
  await contents.file('daemon.log', home.daemonLog, DAEMON_LOG);
  const before = `${home.daemonLog}.1`;
  if (existsSync(before)) await contents.file('daemon.log.1', before, DAEMON_LOG);

  const versions = versionsOf(request.version);
  contents.json('versions.json', { ...versions, nodes: state.nodes });
  const about = { madeAt: request.now.toISOString(), versions, cluster: name, state, status, whyNoFacts: why, facts, crashes, checks };
  contents.text('README.md', `${summaryText({ ...about, files: contents.files, missing: contents.missing })}\n`);
  contents.json('manifest.json', {
    madeAt: about.madeAt,
    rmqdev: request.version,
    cluster: name,
    replaced: contents.redactor.counts,
    missing: contents.missing,
    files: contents.files,
  });
  const file = outputFile(request, contents.redactor.text(name ?? 'no-cluster'));
  const sizeBytes = await writeArchive(file, basename(file).replace(/\.zip$/, ''), contents.texts, request.mayReplace);
  return { file, sizeBytes, cluster: name, files: contents.files, missing: contents.missing, replaced: contents.redactor.counts };
}

async function addCluster(contents: Contents, home: HomePaths, name: string): Promise<CrashReport[]> {
  const paths = home.cluster(name);
  await addClusterFolder(contents, paths);
  const crashes: string[] = [];
  for (const id of nodeIdsOnDisk(paths)) {
    await addNodeFolder(contents, id, paths.node(id));
    crashes.push(...(await addCrashReports(contents, id, paths)));
  }
  return crashes.flatMap(parsedCrash);
}

/** A report that is torn, or still to be made (`….pending.json`), is in the archive, and not in its summary. */
function parsedCrash(text: string): CrashReport[] {
  try {
    const report = JSON.parse(text) as CrashReport;
    return Array.isArray(report.findings) && typeof report.exit?.at === 'string' ? [report] : [];
  } catch {
    return [];
  }
}

function versionsOf(rmqdev: string): Record<string, string> {
  const model = cpus()[0]?.model.trim() || 'unknown';
  return {
    rmqdev,
    'Node.js': process.version,
    system: `${type()} ${release()}, ${process.arch}`,
    machine: `${cpus().length} cores (${model}), ${formatBytes(totalmem())} of memory`,
  };
}

/** A folder that is named takes the file under its usual name. */
function outputFile({ output, now }: ReportRequest, cluster: string): string {
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const usual = `rmqdev-report-${cluster.replaceAll(/[<>]/g, '')}-${time}.zip`;
  if (output === undefined) return resolve(usual);
  return statSync(output, { throwIfNoEntry: false })?.isDirectory() ? join(resolve(output), usual) : resolve(output);
}
