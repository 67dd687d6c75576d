import type { RmqdevError } from '../../base/errors.js';
import { formatBytes, formatDuration } from '../../base/units.js';
import type { ClusterStatus } from '../../contract/status.js';
import { renderDoctor } from './doctor-text.js';
import { renderExplanation } from './explanation-text.js';
import { renderExport } from './export-text.js';
import { renderImport } from './import-text.js';
import { renderKillStep, renderVerdicts, type Verdict } from './kill-text.js';
import { renderLint } from './lint-formats.js';
import type { Output } from './output.js';
import { renderPlan } from './plan-text.js';
import { renderPorts } from './ports-text.js';
import { lateProgress, plainProgress } from './progress-view.js';
import { renderReport } from './report-text.js';
import { renderStatus } from './status-table.js';
import { drained } from './stdout.js';
import { table } from './table.js';
import { colorsFor, localTime, nodePainter, paintState, printableLine } from './terminal.js';
import { trafficText } from './traffic-text.js';
import { renderWatch } from './watch-text.js';

/** Text for people: colours and live progress on a terminal, plain lines in a pipe. */
export function textOutput(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Output {
  const colors = colorsFor(stdout);
  const paintNode = nodePainter(colors);
  const plain = plainProgress(stderr, colorsFor(stderr));
  const live = () => import('./live-progress.js').then(({ liveProgress }) => liveProgress(stderr, colorsFor(stderr)));
  const progress = stderr.isTTY ? lateProgress(live, plain) : plain;
  let nodeWidth = 0;
  /** Of several nodes they are shown as one, once all are known. */
  const verdicts: Verdict[] = [];
  /** Notices that the progress has shown: the status that follows does not repeat them. */
  const told = new Set<string>();
  const next = (commands: readonly string[]) => nextSteps(commands, stdout.columns);
  const print = (text: string) => void stdout.write(`${text}\n`);
  const status = (value: ClusterStatus) => {
    print(renderStatus(value, colors, Date.now(), stdout.columns));
    for (const notice of (value.notices ?? []).filter((text) => !told.has(text)))
      stderr.write(`${colorsFor(stderr).yellow('note')} ${notice}\n`);
  };

  return {
    ...trafficText(stdout, stderr, colors),
    progress: (item) => {
      if (item.event === 'notice') told.add(item.message);
      progress.show(item);
    },
    endProgress: () => progress.end(),
    upDone: (result, isAlone) => {
      print('');
      status(result);
      const ready = result.readyMs === null ? 'started, without waiting' : `${readyWord(result)} after ${formatDuration(result.readyMs)}`;
      const stages = Object.entries(result.stages).map(([name, ms]) => `${name} ${formatDuration(ms)}`);
      print(`${ready}  ${colors.dim(`(${stages.join(', ')})`)}`);
      const broker = result.nodes.find((node) => node.role === 'broker');
      const suffix = isAlone ? '' : ` -c ${result.cluster}`;
      const kill = broker ? [`rmqdev kill master-${(broker.brokerName ?? '').replace(/^broker-/, '')}${suffix}`] : [];
      print(`\n${next([`rmqdev status${suffix}`, `rmqdev logs ${broker?.id ?? ''}${suffix} -f`, ...kill, `rmqdev down${suffix}`])}`);
    },
    detached: (what) => {
      progress.end();
      print(`\nDetached: ${what} goes on. \`rmqdev status\` shows how far it is, \`rmqdev down\` ends it.`);
    },
    plan: (plan) => print(renderPlan(plan, colors)),
    watch: (event) => print(renderWatch(event, colors, Date.now())),
    watchFailed: showError,
    status,
    statusAgain: (value) => {
      if (stdout.isTTY) stdout.write('\u001b[H\u001b[J');
      status(value);
      if (!stdout.isTTY) print('');
    },
    changed: (verb, value) => {
      print(`${verb}.`);
      status(value);
    },
    down: (result) => {
      print(`${result.cluster} is down after ${formatDuration(result.tookMs)}: ${result.proof.join('; ')}.`);
      print(
        result.deleted
          ? `Deleted ${result.deleted}.`
          : `Its data stays; \`rmqdev start all -c ${result.cluster}\` brings it back as it was, on the same ports.`,
      );
    },
    kill: (item) => {
      if (item.event === 'verdict') verdicts.push(item);
      else print(renderKillStep(item, colors));
    },
    killed: () => {
      if (verdicts.length > 0) print(renderVerdicts(verdicts, colors, next));
    },
    event: ({ at, node, message }) => {
      // Most messages begin with their node: do not print it twice.
      const rest = node === null ? message : message.startsWith(`${node} `) ? message.slice(node.length) : `: ${message}`;
      print(`${colors.dim(localTime(at))}  ${node === null ? '' : paintNode(node)}${rest}`);
    },
    log: (line) => {
      const time = line.at === null ? '' : `${colors.dim(localTime(line.at, { millis: false }))} `;
      const [first, ...rest] = line.text.split('\n').map(printableLine);
      const level = line.level === null ? '' : `${paintLevel(line.level)} `;
      nodeWidth = Math.max(nodeWidth, line.node.length);
      print(
        [`${time}${paintNode(line.node.padEnd(nodeWidth))} ${level}${first}`, ...rest.map((text) => `    ${colors.dim(text)}`)].join('\n'),
      );
    },
    written: (signal) => drained(stdout, signal),
    explanations: (explanations, whole) => {
      if (explanations.length === 0)
        return print(`No node of ${whole} has ended without being asked to, and no log of a running node has a warning.`);
      print(explanations.map((explanation) => renderExplanation(explanation, colors, Date.now())).join('\n\n'));
    },
    clusters: ({ clusters, broken, recovered }) => {
      for (const { cluster, note } of recovered) stderr.write(`${colorsFor(stderr).yellow('note')} ${cluster}: ${note}\n`);
      for (const { cluster, why } of broken) stderr.write(`${colorsFor(stderr).red('broken')} ${cluster}: ${why}\n`);
      if (clusters.length === 0) return print('No cluster yet. Start one: `rmqdev up 2m2s`');
      const rows = clusters.map((cluster) => [
        cluster.cluster,
        cluster.profile,
        paintState(colors, cluster.state),
        `${cluster.running}/${cluster.nodes}`,
        cluster.rocketmq,
        cluster.diskBytes === null ? '-' : formatBytes(cluster.diskBytes),
        cluster.namesrvAddr,
      ]);
      print(table(['CLUSTER', 'PROFILE', 'STATE', 'NODES', 'ROCKETMQ', 'DISK', 'NAMESRVADDR'], rows, colors.dim));
    },
    leftovers: ({ leftovers, removed }) => {
      if (leftovers.length === 0) return print('Nothing to clean.');
      print(
        table(
          ['SIZE', removed ? 'REMOVED' : 'WOULD REMOVE', 'PATH'],
          leftovers.map(({ path, sizeBytes, what }) => [formatBytes(sizeBytes), what, path]),
          colors.dim,
        ),
      );
    },
    profiles: ({ profiles }) =>
      print(
        table(
          ['PROFILE', 'NODES', 'FROM', 'DESCRIPTION'],
          profiles.map(({ name, aliases, nodes, source, description, problem }) => [
            [name, ...aliases].join(', '),
            problem ? '-' : String(nodes),
            source,
            problem ? colors.red(problem) : description,
          ]),
          colors.dim,
        ),
      ),
    profile: ({ yaml, warnings }) => {
      stdout.write(yaml.endsWith('\n') ? yaml : `${yaml}\n`);
      for (const warning of warnings) stderr.write(`note: ${warning}\n`);
    },
    versions: ({ installed, supported, default: chosen }) => {
      const rows = [...new Set([...supported, ...installed.map(({ version }) => version)])].map((version) => {
        const release = installed.find((candidate) => candidate.version === version);
        const remarks = [...(version === chosen ? ['default'] : []), ...(supported.includes(version) ? [] : ['not tested'])];
        return [
          version,
          release ? formatBytes(release.sizeBytes) : '-',
          release?.source ?? 'not installed',
          remarks.join(', '),
          release?.home ?? '',
        ];
      });
      print(table(['ROCKETMQ', 'SIZE', 'FROM', '', 'FOLDER'], rows, colors.dim));
    },
    installed: ({ version, home, source }) => print(`RocketMQ ${version} is in ${home} (${source}).`),
    doctor: (report) => print(renderDoctor(report, colors)),
    ports: ({ ports }) => print(renderPorts(ports, colors)),
    lint: (report) => print(renderLint(report, colors)),
    imported: (result) => print(renderImport(result, colors)),
    exported: (result) => stdout.write(renderExport(result)),
    report: (result) => print(renderReport(result, colors)),
    daemon: (daemon, what) =>
      print(daemon === null ? what : `${what}: pid ${daemon.pid}, version ${daemon.version}, socket ${daemon.socket}`),
    raw: (text) => void stdout.write(text),
    notice: (message) => void stderr.write(`note: ${message}\n`),
    end: () => {},
    error: showError,
  };

  function showError(error: RmqdevError, isVerbose: boolean): void {
    progress.end();
    const red = colorsFor(stderr).red;
    stderr.write(
      `${red('error')} ${sentence(error.text.what)}\n  why:  ${sentence(error.text.why)}\n  next: ${sentence(error.text.next)}\n`,
    );
    if (isVerbose) stderr.write(`${error.stack}\n${error.cause instanceof Error ? `caused by ${error.cause.stack}\n` : ''}`);
  }

  function paintLevel(level: string): string {
    const text = level.padEnd(5);
    if (level === 'ERROR') return colors.red(text);
    return level === 'WARN' ? colors.yellow(text) : colors.dim(text);
  }
}

/** Nodes that wait for another host are started, and that is all that this one can do. */
function readyWord({ nodes, host }: ClusterStatus): string {
  const waiting = nodes.filter(({ state }) => state === 'starting').map(({ id }) => id);
  if (waiting.length === 0) return host === undefined ? 'ready' : `host ${host} is ready`;
  return `what host ${host} can do alone is done (${waiting.join(', ')} ${waiting.length === 1 ? 'waits' : 'wait'} for another host)`;
}

function sentence(text: string): string {
  return text.replaceAll('\n', '\n        ');
}

/** @returns the next steps: on one line if they fit, else one line each. */
function nextSteps(commands: readonly string[], columns = Number.POSITIVE_INFINITY): string {
  const line = `Next:  ${commands.join('   ')}`;
  return line.length <= columns ? line : ['Next:', ...commands].join('\n  ');
}
