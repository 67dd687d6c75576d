import { basename, relative } from 'node:path';
import { grouped } from '../../base/grouped.js';
import { counted } from '../../base/units.js';
import type { Change } from '../../import/change.js';
import type { ImportedFinding, ImportResult } from '../../import/import-files.js';
import { type Colors, severityWord } from './terminal.js';

type Place = { file: string; line: number | null };

const where = ({ file, line }: Place) => (line === null ? file : `${file}:${line}`);
const SEVERITIES = ['error', 'warning', 'info'] as const;

/** What several files have in common is said once, with every place. */
export function renderImport({ file, name, rocketmq, nodes, hosts, findings, changes }: ImportResult, colors: Colors): string {
  const said = new Set(findings.filter(({ changedTo }) => changedTo.length > 0).flatMap(({ at }) => at.map(where)));
  const rest = changes.filter((each) => each.line === null || !said.has(where(each)));
  const clashes = findings.filter(({ oneMachine }) => oneMachine);
  const isNamed = /^(.*)\.ya?ml$/.exec(basename(file))?.[1] === name;
  const count = (severity: (typeof SEVERITIES)[number], word: string) => {
    const { length } = findings.filter((finding) => finding.severity === severity && !finding.oneMachine);
    return counted(length, word);
  };
  return [
    ...renderFindings(
      findings.filter(({ oneMachine }) => !oneMachine),
      colors,
    ),
    ...(clashes.length > 0 ? [colors.bold('Would clash, because everything runs on one machine now:')] : []),
    ...renderFindings(clashes, colors),
    ...(rest.length > 0 ? [colors.bold(hosts.length > 0 ? 'Changed, or not said by the files:' : 'Changed for this machine:')] : []),
    ...alike(rest, (each) => (each.key === null ? each : `${each.to}\n${each.why}`)).flatMap((group) => renderChanges(group, colors)),
    `In the files: ${count('error', 'error')}, ${count('warning', 'warning')}.`,
    `${fromHere(file)}: ${nodes.join(', ')}, for RocketMQ ${rocketmq}.`,
    ...nextSteps(`rmqdev up ${fromHere(file)}${isNamed ? '' : ` --name ${name}`}`, hosts),
  ].join('\n');
}

function nextSteps(command: string, hosts: ImportResult['hosts']): string[] {
  if (hosts.length === 0) return [`Next: ${command}`];
  return ['Next, on each host:', ...hosts.map((host) => `  ${host.address}: ${command} --host ${host.name}`)];
}

function renderFindings(findings: readonly ImportedFinding[], colors: Colors): string[] {
  const sorted = SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
  const text = ({ code, severity, why, next, changedTo }: ImportedFinding) => JSON.stringify([code, severity, why, next, changedTo]);
  return alike(sorted, text).flatMap((group) => {
    const [{ code, severity, what, why, next, changedTo, oneMachine }] = group;
    const others = new Set(group.map((each) => each.what)).size - 1;
    const now = changedTo.length > 0 ? changedTo.join('; ') : oneMachine ? 'each node has ports and a folder of its own' : undefined;
    const places = new Map(group.flatMap(({ at }) => at.map((place) => [where(place), place])));
    return [
      `${severityWord(colors, severity)} ${code}  ${what}${others > 0 ? `, and ${others} more like it` : ''}`,
      ...[...places].map(([path, { text }]) => colors.dim(`    ${path}${text === '' ? '' : `  ${text}`}`)),
      `  why:  ${why}`,
      now === undefined ? `  next: ${next}` : `  now:  ${now}`,
    ];
  });
}

/** `key → new value` and a line for each file; a change in a single place is one line. */
function renderChanges(group: readonly [Change, ...Change[]], colors: Colors): string[] {
  const [{ from, to, why }] = group;
  if (group.length === 1) return [`  ${where(group[0])}  ${from} → ${to}: ${why}`];
  const keys = [...new Set(group.map(({ key }) => key))];
  const lines = alike(group, ({ file }) => file).map((places) => {
    return colors.dim(`      ${[where(places[0]), ...places.slice(1).map(({ line }) => line)].join(', ')}`);
  });
  return [`  ${keys.join(', ')} → ${to}: ${why}`, ...lines];
}

/** Groups the items with the same key, in the order of their first item. */
const alike = <T>(items: readonly T[], keyOf: (item: T) => unknown) => [...grouped(items, keyOf).values()] as [T, ...T[]][];

function fromHere(file: string): string {
  const path = relative('', file);
  return path.startsWith('..') ? file : `./${path}`;
}
