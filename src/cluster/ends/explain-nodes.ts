import { basename } from 'node:path';
import type { NodeExitRecord } from '../../base/node-words.js';
import type { Explanation } from '../../contract/findings.js';
import { explain } from '../../diagnose/explain.js';
import { readLaunchMark, writtenSince } from '../../evidence/launch-mark.js';
import { readStretches } from '../../evidence/read-evidence.js';
import type { Role } from '../../profile/profile.js';
import { exitMeaning } from '../../rocketmq/exit-status.js';
import type { Cluster } from '../cluster.js';
import { isCrash } from '../state/node-events.js';
import { REPORT_TIMEOUT_MS, toWire } from './crash-reports.js';
import { gatherEvidence } from './gather-evidence.js';

/**
 * @returns what is known about a node: its last end, with the cause from its report if nobody asked for the end; for a running node,
 * what the files of this launch warn of.
 */
export async function explainNode(cluster: Cluster, id: string): Promise<Explanation> {
  await cluster.crashes.settled(id, REPORT_TIMEOUT_MS);
  const { lastExit } = cluster.supervisor(id);
  const report = cluster.crashes.newest(id);
  const ofLastExit = lastExit && cluster.crashes.of(id, lastExit.at);
  const present = cluster.isLive(id) ? await ofThisLaunch(cluster, id) : { findings: [], looked: [] };
  const ended = ofLastExit?.findings ?? [];
  return {
    node: id,
    cause: lastExit?.cause ?? null,
    exit: ofLastExit?.exit ?? (lastExit && toExit(lastExit, cluster.spec(id).role)),
    findings: [...ended, ...present.findings.filter(({ code }) => !ended.some((finding) => finding.code === code))],
    looked: [...new Set([...(ofLastExit?.excerpts.map(({ file }) => basename(file)) ?? []), ...present.looked])],
    report,
  };
}

/** Did it end although nobody asked for it, or is there something to warn of? */
export function isWorthTelling(cluster: Cluster, { node, findings }: Explanation): boolean {
  const lastExit = node === null ? null : cluster.supervisor(node).lastExit;
  return findings.length > 0 || (lastExit !== null && isCrash(lastExit));
}

async function ofThisLaunch(cluster: Cluster, id: string): Promise<Pick<Explanation, 'findings' | 'looked'>> {
  const [spec, supervisor] = [cluster.spec(id), cluster.supervisor(id)];
  const mark = readLaunchMark(spec.paths.root);
  const files = await readStretches(
    writtenSince(spec.paths.root, mark, supervisor.startedAt),
    mark === undefined ? supervisor.startedAt : null,
  );
  const evidence = await gatherEvidence(spec, files, { exit: null, wasReady: supervisor.snapshot().wasReady }, cluster.world);
  return { findings: explain(evidence).map(toWire), looked: files.map(({ path }) => basename(path)) };
}

function toExit({ at, notBefore, code, signal, adopted }: NodeExitRecord, role: Role): NonNullable<Explanation['exit']> {
  return {
    at: new Date(at).toISOString(),
    notBefore: notBefore === null ? null : new Date(notBefore).toISOString(),
    code,
    signal,
    adopted,
    meaning: exitMeaning({ code, signal, adopted }, role),
  };
}
