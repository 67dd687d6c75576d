import { grouped } from '../../base/grouped.js';
import type { CrashReport } from '../../contract/findings.js';
import type { ClusterFacts } from '../../contract/report.js';
import type { Check } from '../../diagnose/doctor/check.js';
import type { KnownState } from './cluster-files.js';
import type { Missing, ReportFile } from './contents.js';

export type SummaryFacts = {
  madeAt: string;
  versions: Readonly<Record<string, string>>;
  cluster: string | null;
  state: KnownState;
  /** The status as `rmqdev status` shows it; null where no daemon told it. */
  status: string | null;
  whyNoFacts: string | null;
  facts: ClusterFacts | null;
  crashes: readonly CrashReport[];
  checks: readonly Check[];
  files: readonly ReportFile[];
  missing: readonly Missing[];
};

const MAX_CRASHES = 8;
const MAX_FINDINGS = 10;
const MAX_MISSING = 15;

/** Where things are in the archive; the first part of a path. */
const PLACES: readonly [prefix: string, what: string][] = [
  ['manifest.json', 'every file with where it comes from, and what could not be had'],
  ['profile.yaml', 'the effective profile'],
  ['status.txt', '`rmqdev status`'],
  ['daemon-facts.json', 'status, explanations, last changes of state, JVM arguments and port holders, as the daemon knows them'],
  ['cluster/', 'cluster.json and its copy, the journal (events.ndjson), what was set aside, a list of all files'],
  ['crashes/', 'crash reports'],
  ['nodes/', 'of each node: node.conf, run/node.conf, the ends of its logs, stdout, GC log, hs_err, store/config'],
  ['machine/', 'doctor, the facts that it judged, RocketMQ processes that run'],
  ['daemon.log', "the daemon's log, its end; `.1` is what was cut off before"],
];

/** One page for whoever works from the report. */
export function summaryText(about: SummaryFacts): string {
  const { madeAt, versions, cluster, files } = about;
  return [
    `# rmqdev report: ${cluster ?? 'no cluster'}`,
    `Made ${madeAt}.`,
    section('Versions', versionLines(versions, about.state)),
    section('The cluster', clusterLines(about)),
    section('What went wrong', [...crashLines(about.crashes), ...runningLines(about.facts)]),
    section('This machine', machineLines(about.checks)),
    section(
      'What is in it',
      PLACES.filter(([prefix]) => prefix === 'manifest.json' || files.some(({ path }) => path.startsWith(prefix))).map(
        ([prefix, what]) => `- \`${prefix}\`: ${what}`,
      ),
    ),
    section('What is not in it', missingLines(about.missing)),
    section('What was replaced', [
      'The same name always stands for the same thing: `<host>` this machine, `<user>` a user, `<home>` the home folder, `<rmqdev-home>` RMQDEV_HOME, `<ip-1>`, `<ip-2>`, … addresses that are not loopback, `<redacted>` the value of a secret. Messages are not in it; names of topics and groups are.',
    ]),
  ].join('\n\n');
}

function section(title: string, lines: readonly string[]): string {
  return `## ${title}\n\n${lines.join('\n')}`;
}

function versionLines(versions: SummaryFacts['versions'], { nodes }: KnownState): string[] {
  const rocketmq = groups(nodes.map(({ id, rocketmq: version }) => [version, id]));
  const java = groups(nodes.map(({ id, java: version }) => [version, id]));
  return [
    ...Object.entries(versions).map(([name, version]) => `- ${name}: ${version}`),
    ...rocketmq.map(([version, ids]) => `- RocketMQ: ${version} (${ids})`),
    ...java.map(([version, ids]) => `- JDK: ${version} (${ids})`),
  ];
}

function groups(pairs: readonly (readonly [string, string])[]): [string, string][] {
  return [...grouped(pairs, ([version]) => version)].map(([version, same]) => [version, same.map(([, id]) => id).join(', ')]);
}

function clusterLines({ cluster, status, state, whyNoFacts, facts }: SummaryFacts): string[] {
  if (cluster === null) return ['There is no cluster in RMQDEV_HOME.'];
  const operation = facts?.operation ? [`Under way: ${facts.operation}.`] : [];
  if (status !== null) return ['```', status, '```', ...operation];
  return [
    `Its status is not known: ${whyNoFacts}.`,
    ...(state.nodes.length === 0
      ? ['Its state could not be read either: see `cluster/`.']
      : state.nodes.map(({ id, intent }) => `- ${id}: wanted ${intent}`)),
  ];
}

function crashLines(crashes: readonly CrashReport[]): string[] {
  if (crashes.length === 0) return ['No crash report.'];
  const newest = [...crashes].sort((a, b) => (a.exit.at < b.exit.at ? 1 : -1));
  const lines = newest.slice(0, MAX_CRASHES).map(({ node, exit, cause, findings, wasReady, decision }) => {
    const how = exit.code !== null ? `exit status ${exit.code}` : (exit.signal ?? 'exit status unknown');
    const [finding] = findings;
    const why = finding ? `${finding.code}: ${finding.what}` : 'no cause found';
    return `- ${exit.at} ${node} ${cause} (${how}, ${wasReady ? 'had been ready' : 'before it was ready'}): ${why}; ${decision}`;
  });
  return [...lines, ...(newest.length > MAX_CRASHES ? [`- and ${newest.length - MAX_CRASHES} more in \`crashes/\``] : [])];
}

/** What the logs of nodes that run warn of. */
function runningLines(facts: ClusterFacts | null): string[] {
  const findings = (facts?.explanations ?? [])
    .filter(({ exit }) => exit === null)
    .flatMap(({ node, findings: all }) => all.map((each) => ({ node, ...each })));
  return findings.slice(0, MAX_FINDINGS).map(({ node, code, what }) => `- ${node} runs, and its logs tell ${code}: ${what}`);
}

function machineLines(checks: readonly Check[]): string[] {
  if (checks.length === 0) return ['`doctor` could not be run: see below.'];
  const findings = checks.flatMap(({ findings: all }) => all).filter(({ severity }) => severity !== 'info');
  if (findings.length === 0) return ['`doctor` finds nothing wrong.'];
  return findings.slice(0, MAX_FINDINGS).map(({ severity, code, what, why }) => `- ${severity} ${code}: ${what}; ${why}`);
}

function missingLines(missing: readonly Missing[]): string[] {
  if (missing.length === 0) return ['Everything that was looked for is in it.'];
  const shown = missing.slice(0, MAX_MISSING).map(({ path, why }) => `- \`${path}\`: ${why}`);
  return [...shown, ...(missing.length > MAX_MISSING ? [`- and ${missing.length - MAX_MISSING} more: manifest.json`] : [])];
}
