import type { NodeView } from '../diagnose/lint/node-view.js';

/** Something of the files that the profile has in another form, or not at all. */
export type Change = { file: string; line: number | null; text: string; from: string; to: string; why: string };

export function change(node: NodeView, key: string, to: string, why: string): Change {
  const entry = node.entry(key);
  const from = entry ? `${key}=${entry.value}` : `no ${key}`;
  return { file: node.file.path, line: entry?.line ?? null, text: entry?.text ?? '', from, to, why };
}

/** What was meant: without a blank or a comment behind it, also where RocketMQ passes over the value as it stands. */
export function meant(node: NodeView, key: string): string | undefined {
  return node
    .entry(key)
    ?.value.replace(/\s+(#|\/\/).*$/, '')
    .trim();
}
