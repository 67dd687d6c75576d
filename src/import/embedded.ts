import type { ConfigFile } from '../diagnose/lint/config-set.js';
import { readConfigFile } from './config-file.js';

/** A text inside another file, with the line of each of its lines there. */
export type Embedded = { text: string; lines: readonly number[] };

/** @returns the configuration in a part of the file `within`; undefined if it is none. */
export function readEmbedded(within: string, name: string, { text, lines }: Embedded): ConfigFile | undefined {
  const file = readConfigFile(`${within}/${name}`, Buffer.from(text), false);
  if (file.role === undefined || file.role === 'container') return undefined;
  const there = (line: number) => lines[line - 1] ?? lines.at(-1) ?? 1;
  return {
    ...file,
    within,
    entries: file.entries.map((entry) => ({ ...entry, line: there(entry.line) })),
    remarks: file.remarks.map((remark) => ({ ...remark, line: remark.line === null ? null : there(remark.line) })),
  };
}
