import { dirname, join, relative, resolve } from 'node:path';
import { formatDuration } from '../../base/units.js';
import type { Explanation } from '../../contract/findings.js';
import { CAUSES } from './status-table.js';
import { type Colors, printableLine } from './terminal.js';

type Finding = Explanation['findings'][number];

/** More lines prove no better: an explanation is one screen. */
const MAX_PLACES = 4;
const MAX_PLACE_CHARS = 200;
const MAX_WARNINGS = 3;
/** Ends that rmqdev was told to bring about. */
const ASKED_FOR: ReadonlySet<string> = new Set(['killed-by-user', 'stopped-by-user']);
const ELSEWHERE =
  'RocketMQ says most in its log folder, little on its console: `rmqdev explain --user-home` looks into ~/logs/rocketmqlogs, `rmqdev explain <status>` tells an exit status';

/** @returns what happened to a node, or what a file tells, for people: the end, the cause with what proves it, and what to do. */
export function renderExplanation(explanation: Explanation, colors: Colors, now: number): string {
  const { findings } = explanation;
  const [cause] = findings;
  const others = findings.slice(1);
  const shown = others.slice(0, MAX_WARNINGS);
  const lines = [
    ...headOf(explanation, colors, now),
    ...(cause ? ['', ...renderFinding(cause, explanation, colors)] : []),
    ...(shown.length > 0 ? ['', ...shown.flatMap((other) => renderOther(other, colors))] : []),
    ...(others.length > shown.length ? [label(`and ${others.length - shown.length} more: --json lists all`, '', colors)] : []),
    ...(cause ? [] : ['', nothingFound(explanation)]),
    ...tailOf(explanation, colors),
  ];
  return lines.join('\n').trimStart();
}

function headOf({ node, exit, cause, report, findings }: Explanation, colors: Colors, now: number): string[] {
  if (exit === null) {
    if (node === null) return [];
    return [`${colors.bold(node)} ${findings.length > 0 ? 'has not ended; its logs tell this' : 'has not ended'}`];
  }
  const how = exit.code !== null ? `exit status ${exit.code}` : (exit.signal ?? 'exit status unknown');
  if (node === null) return [`${colors.bold(how)}: ${exit.meaning}`];
  const ago = `${formatDuration(Math.max(0, now - Date.parse(exit.at)))} ago`;
  if (cause !== null && ASKED_FOR.has(cause)) return [`${colors.bold(node)} ended ${ago}: ${CAUSES[cause]} (${how})`];
  const isReported = report?.exit.at === exit.at;
  const lived = isReported && report.uptimeMs !== null ? `, ${formatDuration(report.uptimeMs)} after its launch` : '';
  const ready = isReported ? `, ${report.wasReady ? 'it had been ready' : 'before it was ready'}` : '';
  const between = exit.notBefore === null ? '' : `; no daemon watched, it was after ${exit.notBefore}`;
  return [
    `${colors.bold(node)} ended ${ago}: ${how}${lived}${ready}${between}`,
    label('means', exit.meaning, colors),
    ...(isReported && report.decision !== '' ? [label('then', report.decision, colors)] : []),
  ];
}

function renderFinding(finding: Finding, explanation: Explanation, colors: Colors): string[] {
  const places = finding.at.slice(0, MAX_PLACES);
  return [
    `${paintSeverity(finding, colors)}  ${colors.bold(finding.what)}`,
    label('why', finding.why, colors),
    label('fix', finding.next, colors),
    ...places.map((place, index) => label(index === 0 ? 'seen' : '', placeText(place, explanation, colors), colors)),
  ];
}

function renderOther(finding: Finding, colors: Colors): string[] {
  return [`${paintSeverity(finding, colors)}  ${finding.what}`, label('fix', finding.next, colors)];
}

function tailOf({ node, exit, report }: Explanation, colors: Colors): string[] {
  if (node === null) return [];
  const older = report && report.exit.at !== exit?.at ? [label('before', `it crashed at ${report.exit.at}`, colors)] : [];
  return [
    '',
    ...older,
    ...(report ? [label('report', report.thisFile, colors)] : []),
    label('more', `rmqdev logs ${node} --file all -n 50`, colors),
  ];
}

function nothingFound({ node, exit, cause, looked }: Explanation): string {
  if (cause !== null && ASKED_FOR.has(cause)) return 'Somebody asked for that: nothing is wrong';
  const where = looked.length === 0 ? 'there was nothing to look at' : `looked at ${looked.join(', ')}`;
  if (exit !== null) return `No cause found; ${where}`;
  // The console of a broker that ends with 253 is silent: whoever has only that is told where the rest is.
  const elsewhere = node === null && looked.length > 0 ? `\n${ELSEWHERE}` : '';
  return `Nothing found that explains an end; ${where}${elsewhere}`;
}

function placeText({ file, line, text }: Finding['at'][number], explanation: Explanation, colors: Colors): string {
  const short = printableLine(text.trim());
  const cut = short.length > MAX_PLACE_CHARS ? `${short.slice(0, MAX_PLACE_CHARS)} …` : short;
  return `${colors.dim(`${nameOf(file, explanation)}${line === null ? '' : `:${line}`}`)}  ${cut}`;
}

/** A node's own files are named as seen from its folder. */
function nameOf(file: string, { node, report }: Explanation): string {
  if (node === null || report === null) return file;
  const folder = join(resolve(dirname(report.thisFile), '..', '..'), 'nodes', node);
  const name = relative(folder, file);
  return name.startsWith('..') ? file : name;
}

function label(name: string, text: string, colors: Colors): string {
  const width = 9;
  const [first = '', ...rest] = text.split('\n');
  return [`  ${colors.dim(name.padEnd(width - 2))}${first}`, ...rest.map((line) => `${' '.repeat(width)}${line}`)].join('\n');
}

function paintSeverity({ code, severity }: Finding, colors: Colors): string {
  if (severity === 'error') return colors.red(code);
  return severity === 'warning' ? colors.yellow(code) : colors.cyan(code);
}
