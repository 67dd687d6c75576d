import { existsSync, readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { configured, type NodeSpec } from '../spec/node-spec.js';

/**
 * All that a NameServer keeps: one file of key-value pairs, written before it answers the request that changed them. Up to 5.3 a new
 * text is written to `.tmp`, the old one to `.bak`, then the file is deleted and `.tmp` renamed; 5.4 writes `.bak` and then over the file.
 * Source: namesrv/.../KVConfigManager.java persist, common/.../MixAll.java string2File, common/.../NamesrvConfig.java kvConfigPath.
 */
const fileOf = (node: NodeSpec): string =>
  resolve(node.paths.root, configured(node, 'kvConfigPath') ?? join(node.paths.root, 'namesrv', 'kvConfig.json'));

/** Is no write of it under way? Then a SIGKILL loses nothing. */
export function isKvAtRest(node: NodeSpec): boolean {
  const file = fileOf(node);
  if (existsSync(`${file}.tmp`)) return false;
  return existsSync(file) ? isWhole(file) : !existsSync(`${file}.bak`);
}

/** A kill in the middle of a write: puts the text in place that the write had finished, else the one before it. @returns its name if it did. */
export async function completeKvWrite(node: NodeSpec): Promise<string | undefined> {
  const file = fileOf(node);
  if (existsSync(file) && isWhole(file)) return undefined;
  const whole = [`${file}.tmp`, `${file}.bak`].find((candidate) => existsSync(candidate) && isWhole(candidate));
  if (whole !== undefined) await rename(whole, file);
  return whole;
}

function isWhole(file: string): boolean {
  try {
    JSON.parse(readFileSync(file, 'utf8'));
    return true;
  } catch {
    return false;
  }
}
