import { isScalar, LineCounter, parseAllDocuments } from 'yaml';
import type { Embedded } from './embedded.js';

/** One YAML document with the lines of its parts. */
export type YamlSource = {
  value: unknown;
  lineOf(path: readonly PropertyKey[]): number;
  embedded(path: readonly PropertyKey[]): Embedded | undefined;
};

/** A statement of Helm is no YAML: braces become signs that YAML reads as text. */
const BRACES = [
  ['{{', '\uE000'],
  ['}}', '\uE001'],
] as const;
const hidden = (text: string) => BRACES.reduce((all, [braces, sign]) => all.replaceAll(braces, sign), text);
const shown = (text: string) => BRACES.reduce((all, [braces, sign]) => all.replaceAll(sign, braces), text);

/** @returns the documents that can be read; a statement of a template on a line of its own is left out. */
export function readYaml(text: string): YamlSource[] {
  const plain = hidden(
    text
      .split('\n')
      .map((line) => (/^\s*\{\{-?\s*(?:if|else|end|range|with|include|toYaml|template|define|block|\/\*|\$)/.test(line) ? '' : line))
      .join('\n'),
  );
  const lines = new LineCounter();
  let documents: ReturnType<typeof parseAllDocuments>;
  try {
    documents = parseAllDocuments(plain, { lineCounter: lines, merge: true, uniqueKeys: false, logLevel: 'silent', prettyErrors: false });
  } catch {
    return [];
  }
  return [...documents].flatMap((document): YamlSource[] => {
    let value: unknown;
    try {
      value = restored(document.toJS({ maxAliasCount: 1_000 }));
    } catch {
      return [];
    }
    const nodeAt = (path: readonly PropertyKey[]) => document.getIn(path, true) as { range?: [number, number, number] | null } | undefined;
    const lineOf = (path: readonly PropertyKey[]): number => {
      for (let end = path.length; end > 0; end -= 1) {
        const range = nodeAt(path.slice(0, end))?.range;
        if (range) return lines.linePos(range[0]).line;
      }
      return 1;
    };
    const embedded = (path: readonly PropertyKey[]): Embedded | undefined => {
      const node = nodeAt(path);
      if (!isScalar(node) || typeof node.value !== 'string') return undefined;
      const content = shown(node.value);
      const first = lineOf(path);
      const isLiteral = node.type === 'BLOCK_LITERAL';
      return { text: content, lines: content.split('\n').map((_, i) => (isLiteral ? first + 1 + i : first)) };
    };
    return [{ value, lineOf, embedded }];
  });
}

function restored(value: unknown): unknown {
  if (typeof value === 'string') return shown(value);
  if (Array.isArray(value)) return value.map(restored);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [shown(key), restored(each)]));
}

export type Fields = Readonly<Record<string, unknown>>;
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textIn = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
/** A command is one text, or a list of words. */
export const commandIn = (value: unknown): string => (Array.isArray(value) ? value.map(textIn).join(' ') : textIn(value));
