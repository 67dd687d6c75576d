import { basename, relative } from 'node:path';
import { grouped } from '../../base/grouped.js';
import { counted } from '../../base/units.js';
import type { Change } from '../../import/change.js';
import type { ImportedFinding, ImportResult } from '../../import/import-files.js';
import type { Colors } from './terminal.js';

type Place = { file: string; line: number | null };

const where = ({ file, line }: Place) => (line === null ? file : `${file}:${line}`);
const SEVERITIES = ['error', 'warning', 'info'] as const;

/** What files say alike is told once, with every place. */
export function renderImport({ file, name, rocketmq, nodes, findings, changes }: ImportResult, colors: Colors): string {
  const said = new Set(findings.filter(({ changedTo }) => changedTo.length > 0).flatMap(({ at }) => at.map(where)));
  const rest = changes.filter((each) => each.line === null || !said.has(where(each)));
  const clashes = findings.filter(({ oneMachine }) => oneMachine);
  const count = (severity: (typeof SEVERITIES)[number], word: string) => {
    const { length } = findings.filter((finding) => finding.severity === severity && !finding.oneMachine);
    return counted(length, word);
  };
  return [
    ...renderFindings(
      findings.filter(({ oneMachine }) => !oneMachine),
      colors,
    ),
    ...(clashes.length > 0 ? [colors.bold('Would clash, now that all of it runs on one machine:')] : []),
    ...renderFindings(clashes, colors),
    ...(rest.length > 0 ? [colors.bold('Changed for this machine:')] : []),
    ...alike(rest, (each) => (each.key === null ? each : `${each.to}\n${each.why}`)).flatMap((group) => renderChanges(group, colors)),
    `In the files: ${count('error', 'error')}, ${count('warning', 'warning')}.`,
    `${fromHere(file)}: ${nodes.join(', ')}, for RocketMQ ${rocketmq}.`,
    `Next: rmqdev up ${fromHere(file)}${/^(.*)\.ya?ml$/.exec(basename(file))?.[1] === name ? '' : ` --name ${name}`}`,
  ].join('\n');
}

function renderFindings(findings: readonly ImportedFinding[], colors: Colors): string[] {
  const paint = { error: colors.red, warning: colors.yellow, info: colors.cyan };
  const sorted = SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
  const text = ({ code, severity, why, next, changedTo }: ImportedFinding) => JSON.stringify([code, severity, why, next, changedTo]);
  return alike(sorted, text).flatMap((group) => {
    const [{ code, severity, what, why, next, changedTo, oneMachine }] = group;
    const others = new Set(group.map((each) => each.what)).size - 1;
    const now = changedTo.length > 0 ? changedTo.join('; ') : oneMachine ? 'each node has ports and a folder of its own' : undefined;
    const places = new Map(group.flatMap(({ at }) => at.map((place) => [where(place), place])));
    return [
      `${paint[severity](severity === 'info' ? 'note' : severity)} ${code}  ${what}${others > 0 ? `, and ${others} more like it` : ''}`,
      ...[...places].map(([path, { text }]) => colors.dim(`    ${path}${text === '' ? '' : `  ${text}`}`)),
      `  why:  ${why}`,
      now === undefined ? `  next: ${next}` : `  now:  ${now}`,
    ];
  });
}

/** `key → what it is now` and a line for each file; a change that stands alone is one line. */
function renderChanges(group: readonly [Change, ...Change[]], colors: Colors): string[] {
  const [{ from, to, why }] = group;
  if (group.length === 1) return [`  ${where(group[0])}  ${from} → ${to}: ${why}`];
  const keys = [...new Set(group.map(({ key }) => key))];
  const lines = alike(group, ({ file }) => file).map((places) => {
    return colors.dim(`      ${[where(places[0]), ...places.slice(1).map(({ line }) => line)].join(', ')}`);
  });
  return [`  ${keys.join(', ')} → ${to}: ${why}`, ...lines];
}

/** Those of which `keyOf` says the same together, in the order of their first. */
const alike = <T>(items: readonly T[], keyOf: (item: T) => unknown) => [...grouped(items, keyOf).values()] as [T, ...T[]][];

function fromHere(file: string): string {
  const path = relative('', file);
  return path.startsWith('..') ? file : `./${path}`;
}
