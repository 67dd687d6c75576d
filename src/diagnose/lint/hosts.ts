import { isIPv4 } from 'node:net';
import type { ConfigSet } from './config-set.js';
import type { NodeView } from './node-view.js';

const LOOPBACK = /^(127\.|localhost$|::1$)/;

/** Whether two nodes are meant for one host, as far as the files tell. */
export function hostsOf(set: ConfigSet): (a: NodeView, b: NodeView) => 'same' | 'different' | 'unknown' {
  return (a, b) => {
    const [left, right] = [ipOf(a), ipOf(b)];
    if (left && right) return left === right ? 'same' : 'different';
    const [there, here] = [folderIp(a), folderIp(b)];
    if (there && here) return there === here ? 'same' : 'different';
    const together = set.scripts.some(({ launches }) => [a, b].every((node) => launches.some(({ file }) => file === node.file.path)));
    return together || (isLocal(a) && isLocal(b)) ? 'same' : 'unknown';
  };
}

function ipOf(node: NodeView): string | undefined {
  return [node.value('brokerIP2'), node.value('brokerIP1')].find((ip) => ip !== undefined && isIPv4(ip) && !LOOPBACK.test(ip));
}

function folderIp({ file }: NodeView): string | undefined {
  return /(?:^|[/\\])[^/\\]*?(\d+\.\d+\.\d+\.\d+)[^/\\]*[/\\]/.exec(file.path)?.[1];
}

/** A broker whose NameServers are all on its own host. */
function isLocal(node: NodeView): boolean {
  const addresses = node.value('namesrvAddr')?.split(';').filter(Boolean) ?? [];
  return addresses.length > 0 && addresses.every((address) => LOOPBACK.test(address.trim()));
}
