import type { Finding, FindingPlace, Severity } from '../../base/finding.js';
import { LINT_CODES, type LintCode } from './codes.js';
import type { Entry } from './config-set.js';
import type { NodeView } from './node-view.js';

export function finding(
  code: LintCode,
  [what, why, next]: readonly [string, string, string],
  at: readonly FindingPlace[],
  severity: Severity = LINT_CODES[code][0],
): Finding {
  return { code, severity, what, why, next, at };
}

export const placeOf = (node: NodeView, ...keys: string[]): FindingPlace => {
  const entry = keys.map((key) => node.entry(key)).find((found) => found !== undefined);
  return entry ? place(node.file.path, entry) : { file: node.file.path, line: null, text: '' };
};
export const place = (file: string, { line, text }: Pick<Entry, 'line' | 'text'>): FindingPlace => ({ file, line, text });

/** What Java has as Latin-1, for people: most files are written in UTF-8. */
export function readable(value: string): string {
  const text = Buffer.from(value, 'latin1').toString('utf8');
  return text.includes('\uFFFD') ? value : text;
}
