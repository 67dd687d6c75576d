import type { ImportResult } from '../../import/import-files.js';
import type { Colors } from './paint.js';

export function renderImport({ file, rocketmq, nodes, findings, changes }: ImportResult, colors: Colors): string {
  const where = (path: string, line: number | null) => (line === null ? path : `${path}:${line}`);
  const paint = { error: colors.red, warning: colors.yellow, info: colors.cyan };
  const found = findings.flatMap(({ code, severity, what, why, next, at, changedTo }) => [
    `${paint[severity](severity === 'info' ? 'note' : severity)} ${code}  ${what}`,
    ...at.map((place) => colors.dim(`    ${where(place.file, place.line)}${place.text === '' ? '' : `  ${place.text}`}`)),
    `  why:  ${why}`,
    changedTo.length > 0 ? `  now:  ${changedTo.join('; ')}` : `  next: ${next}`,
  ]);
  const said = new Set(findings.flatMap(({ at }) => at.map((place) => where(place.file, place.line))));
  const rest = changes.filter((each) => !said.has(where(each.file, each.line)));
  const changed = rest.map((each) => `  ${where(each.file, each.line)}  ${each.from} → ${each.to}: ${each.why}`);
  return [
    ...found,
    ...(changed.length > 0 ? [colors.bold('Changed for this machine:'), ...changed] : []),
    `${file}: ${nodes.join(', ')}, for RocketMQ ${rocketmq}.`,
    `Next: rmqdev up ${file}`,
  ].join('\n');
}
