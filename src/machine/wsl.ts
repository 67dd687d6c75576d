import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineWorld } from './machine-world.js';

/** The version of WSL, if any: WSL 1 has no Linux kernel. Source: Microsoft's kernels name themselves in /proc/version. */
export async function wslVersion({ os, root }: MachineWorld): Promise<1 | 2 | null> {
  if (os !== 'linux') return null;
  return parseKernelVersion(await readFile(join(root, 'proc/version'), 'utf8').catch(() => ''));
}

/** Reads /proc/version: `Linux version 5.15.90.1-microsoft-standard-WSL2 (…)`, or `Linux version 4.4.0-19041-Microsoft (…)` in WSL 1. */
export function parseKernelVersion(text: string): 1 | 2 | null {
  if (!/microsoft/i.test(text)) return null;
  return /microsoft-standard|WSL2/i.test(text) ? 2 : 1;
}
