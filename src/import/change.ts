import type { NodeView } from '../diagnose/lint/node-view.js';

/** Something in the files that the profile has in another form, or not at all. `key` is null if it is not a single setting. */
export type Change = { file: string; line: number | null; text: string; key: string | null; from: string; to: string; why: string };

export function change(node: NodeView, key: string, to: string, why: string): Change {
  const entry = node.entry(key);
  const from = entry ? `${key}=${entry.value}` : `no ${key}`;
  return { file: node.file.within ?? node.file.path, line: entry?.line ?? null, text: entry?.text ?? '', key, from, to, why };
}

/** A whole file that has no place in the profile. */
export function leftOut({ file }: NodeView, what: string, why: string): Change {
  return { file: file.within ?? file.path, line: null, text: '', key: null, from: what, to: 'left out', why };
}

/** The value that the author meant: without a space or a comment after it, even if RocketMQ ignores the value as written. */
export function meant(node: NodeView, key: string): string | undefined {
  return node
    .entry(key)
    ?.value.replace(/\s+(#|\/\/).*$/, '')
    .trim();
}

export const isMeant = (node: NodeView, key: string): boolean => meant(node, key)?.toLowerCase() === 'true';
