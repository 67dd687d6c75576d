/** The figures of a run, and what is wrong in it. */

import { existsSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { checkEnds, checkReports } from './journal-check.mjs';
import { NODES } from './schedule.mjs';

/** What a report may name as the cause. Of an adopted node only its files tell: a SIGKILL leaves nothing in them. */
const FINDINGS = {
  SIGKILL: ['KILLED_FROM_OUTSIDE'],
  SIGSEGV: ['JVM_CRASHED'],
  SIGABRT: ['JVM_CRASHED', 'KILLED_FROM_OUTSIDE', null],
};

export function summarize({ first, options, crasher, sender, compared, events, paths }) {
  const { crashes, steps } = crasher;
  const ends = checkEnds(crashes, events);
  const reports = events.some(({ type }) => type === 'crash-report') ? reportsOf(crashes, events, paths) : null;
  const { examples, ...messages } = compared;
  const anomalies = [
    ...crasher.anomalies,
    ...ends.missing.map((crash) => ({ what: 'a crash is not in the journal', crash })),
    ...ends.uncaused.map((event) => ({ what: 'an end that nobody caused', event })),
    ...ends.wrong.map((more) => ({ what: 'an end told as what it was not', ...more })),
    ...(ends.seqBreaks > 0 ? [{ what: 'journal numbers that do not follow each other', times: ends.seqBreaks }] : []),
    ...(reports?.missing ?? []).map((crash) => ({ what: 'a crash without a report', crash })),
    ...(reports?.twice ?? []).map((more) => ({ what: 'a crash reported twice', ...more })),
    ...(reports?.wrong ?? []).map((more) => ({ what: 'a report with another cause', ...more })),
    ...(messages.lost > 0 ? [{ what: 'acknowledged messages lost', times: messages.lost }] : []),
    ...(messages.refusedButStored > 0 ? [{ what: 'messages refused, yet stored', times: messages.refusedButStored }] : []),
    ...(messages.damaged > 0 ? [{ what: 'damaged messages', times: messages.damaged }] : []),
    ...(messages.positionsThatDiffer > 0 ? [{ what: 'master and slave differ', times: messages.positionsThatDiffer }] : []),
    ...(examples.length > 0 ? [{ what: 'examples', examples }] : []),
  ];
  return {
    rocketmq: first.rocketmq,
    java: first.java.version,
    cores: cpus().length,
    seed: Number(options.seed),
    messagesPerSecond: Number(options.rate),
    crashes: crashes.length,
    crashesByKind: countBy(crashes, ({ kind }) => kind),
    crashesByNode: countBy(crashes, ({ node }) => node),
    crashesByShape: countBy(crashes, ({ shape }) => shape),
    ofAdoptedNodes: crashes.filter(({ adopted }) => adopted).length,
    whileNoDaemonLived: crashes.filter(({ unwatched }) => unwatched).length,
    daemonKills: crasher.daemonKills,
    sent: sender.ledger.length,
    heldBack: sender.heldBack,
    triesWithoutAnswer: sender.triesWithoutAnswer,
    ...messages,
    longestTimeWithoutAcknowledgement: { ms: sender.longestSilenceMs },
    endsReportedOnce: ends.reportedOnce,
    crashReports: reports && { reported: reports.reported, files: reports.files },
    crashToReadyOverFirstStart: readyRatios(crashes, events),
    crashToWholeOverFirstUp: spread(steps.map(({ healthyMs }) => healthyMs / first.readyMs)),
    firstUpMs: Math.round(first.readyMs),
    anomalies,
  };
}

function reportsOf(crashes, events, paths) {
  const findings = ({ kind, adopted }) => (adopted ? [...FINDINGS[kind], null, 'EXIT_UNKNOWN'] : FINDINGS[kind]);
  const files = NODES.map((id) => join(paths.root, 'crashes', id))
    .filter((folder) => existsSync(folder))
    .reduce((sum, folder) => sum + readdirSync(folder).length, 0);
  return { ...checkReports(crashes, events, findings), files };
}

/** From each crash to the node's next `node-ready`, over the time that its first start took in this run; SIGTERM apart, which is started by hand. */
function readyRatios(crashes, events) {
  const firstMs = new Map(
    NODES.map((id) => {
      const at = (type) => Date.parse(events.find((event) => event.node === id && event.type === type)?.at);
      return [id, at('node-ready') - at('node-starting')];
    }),
  );
  const ratios = { namesrv: [], master: [], slave: [] };
  for (const [i, { node, kind, atMs }] of crashes.entries()) {
    if (kind === 'SIGTERM') continue;
    // Of two crashes in a row the second one ends the wait.
    if (crashes[i + 1]?.node === node && crashes[i + 1].step === crashes[i].step) continue;
    const ready = events.find((event) => event.node === node && event.type === 'node-ready' && Date.parse(event.at) >= atMs);
    const role = node.startsWith('namesrv') ? 'namesrv' : node.endsWith('-s') ? 'slave' : 'master';
    if (ready) ratios[role].push((Date.parse(ready.at) - atMs) / firstMs.get(node));
  }
  return Object.fromEntries(Object.entries(ratios).map(([role, values]) => [role, spread(values)]));
}

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const rounded = (value) => (value === undefined ? null : Math.round(value * 100) / 100);
  return { median: rounded(sorted[Math.floor(sorted.length / 2)]), worst: rounded(sorted.at(-1)), of: sorted.length };
}

function countBy(items, keyOf) {
  const counts = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}
