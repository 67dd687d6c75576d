import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineWorld } from './machine-world.js';

/** Source: capabilities(7) CAP_NET_BIND_SERVICE. */
const BIND_SERVICE_BIT = 10n;

/** @returns the first port on which this user may listen. macOS lets everybody listen on the wildcard address, which is what RocketMQ does. */
export async function firstAllowedPort({ os, root }: MachineWorld): Promise<number> {
  if (os !== 'linux') return 1;
  const status = await readFile(join(root, 'proc/self/status'), 'utf8').catch(() => '');
  const capabilities = BigInt(`0x${/^CapEff:\s+([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  if ((capabilities >> BIND_SERVICE_BIT) & 1n) return 1;
  const text = await readFile(join(root, 'proc/sys/net/ipv4/ip_unprivileged_port_start'), 'utf8').catch(() => '1024');
  return Math.max(1, Number(text) || 0);
}
