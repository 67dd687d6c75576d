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
  return { code, severity, what: visible(what), why: visible(why), next: visible(next), at };
}

const NAMED: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r' };

/** Java reads `D:\rocketmq` with a carriage return in it: a terminal would go back to the first column and overwrite the line. */
function visible(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (char) => NAMED[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export const placeOf = (node: NodeView, ...keys: string[]): FindingPlace => {
  const entry = keys.map((key) => node.entry(key)).find((found) => found !== undefined);
  const file = node.file.within ?? node.file.path;
  return entry ? place(file, entry) : { file, line: null, text: '' };
};
export const place = (file: string, { line, text }: Pick<Entry, 'line' | 'text'>): FindingPlace => ({ file, line, text });

/** Text that Java reads as Latin-1, for people: most files are in UTF-8. */
export function readable(value: string): string {
  const text = Buffer.from(value, 'latin1').toString('utf8');
  return text.includes('\uFFFD') ? value : text;
}
