import { isIP } from 'node:net';
import type { Finding } from '../../base/finding.js';
import { finding, placeOf, readable } from './finding.js';
import { hasServiceNames, isLoopback } from './hosts.js';
import type { NodeView } from './node-view.js';

/** A host name as resolvers accept it; Docker accepts underscores too. */
const HOST_NAME = /^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/;
const isHost = (text: string) => isIP(text) !== 0 || (HOST_NAME.test(text) && !/^[\d.]+$/.test(text));

/** The addresses that a node gives to others, and those that it connects to. */
export function addressFindings(node: NodeView): Finding[] {
  const lists = (['namesrvAddr', 'controllerAddr'] as const).flatMap((key) => listFindings(node, key));
  if (node.role !== 'broker') return lists;
  return [...lists, ...(['brokerIP1', 'brokerIP2'] as const).flatMap((key) => brokerIp(node, key))];
}

function brokerIp(node: NodeView, key: 'brokerIP1' | 'brokerIP2'): Finding[] {
  const ip = node.value(key);
  if (ip === undefined) return [];
  const at = [placeOf(node, key)];
  if (ip === '0.0.0.0' || ip === '::' || !isHost(ip)) {
    const text = [
      ip === '' ? `${key} is empty` : `${key}=${readable(ip)} is no address that others can reach`,
      'clients and slaves get it exactly as written',
      'Write the address of the host, without a port',
    ] as const;
    return [finding('BROKER_IP_INVALID', text, at)];
  }
  return isLoopback(ip) ? loopback(node, key, ip) : [];
}

/** Right if everything is on one host. Containers on a developer's machine advertise it on purpose, to programs on that machine. */
function loopback(node: NodeView, key: 'brokerIP1' | 'brokerIP2', ip: string): Finding[] {
  const servers = hostsIn(node.value('namesrvAddr'));
  if (servers.length === 0 || servers.some(isLoopback)) return [];
  const who = key === 'brokerIP1' ? 'clients' : 'slaves';
  const text = [
    `${key}=${ip}, while the NameServers are ${servers.join(', ')}`,
    `${who} on other hosts and in other containers would connect to themselves`,
    `Write an address at which ${who} reach this broker`,
  ] as const;
  return [finding('BROKER_IP_LOOPBACK', text, [placeOf(node, key)], hasServiceNames(node) ? 'info' : 'warning')];
}

const hostsIn = (list: string | undefined) =>
  (list ?? '')
    .split(';')
    .map((address) => address.trim().replace(/:\d+$/, ''))
    .filter(Boolean);

function listFindings(node: NodeView, key: 'namesrvAddr' | 'controllerAddr'): Finding[] {
  const entry = node.entry(key);
  const value = node.value(key);
  if (!entry || value === undefined || value === '' || node.role === 'proxy') return [];
  const wrong = value
    .split(';')
    .map((address) => ({ address, why: wrongAddress(address, key) }))
    .find(({ address, why }) => address !== '' && why !== undefined);
  if (!wrong) return [];
  const text = [
    `${key} has "${readable(wrong.address)}"`,
    `${wrong.why}: ${key === 'namesrvAddr' ? 'the broker ends with 253, or never registers' : 'the broker never finds its controller'}`,
    `Write ${mended(value, key) ?? (key === 'namesrvAddr' ? '192.168.0.1:9876;192.168.0.2:9876' : '192.168.0.1:9878;192.168.0.2:9878')}`,
  ] as const;
  return [finding('NAMESRV_ADDR_INVALID', text, [placeOf(node, key)])];
}

/** @returns the list that the author meant; undefined if that is not clear. */
function mended(value: string, key: 'namesrvAddr' | 'controllerAddr'): string | undefined {
  const port = key === 'namesrvAddr' ? 9_876 : 9_878;
  const addresses = value
    .split(/[;,\uff0c\uff1b\s]+/)
    .map((address) => address.replace(/^\w+:\/\//, '').replace(/\/+$/, ''))
    .filter(Boolean)
    .map((address) => (/:\d+$/.test(address) ? address : `${address}:${port}`));
  return addresses.length > 0 && addresses.every((address) => wrongAddress(address, key) === undefined) ? addresses.join(';') : undefined;
}

/** Source: remoting/.../RemotingUtil.java string2SocketAddress: the text before the last colon is the host, unchanged; measured with blanks. */
function wrongAddress(address: string, key: string): string | undefined {
  const match = /^(\[[\da-f:]+\]|[^:]*):(\d{1,5})$/i.exec(address);
  if (match && isHost((match[1] as string).replace(/^\[|\]$/g, '')) && Number(match[2]) > 0 && Number(match[2]) < 65_536) return undefined;
  if (/[,\uff0c]/.test(address) || /^\S+\s+\S+$/.test(address))
    return `${key === 'namesrvAddr' ? 'NameServers' : 'controllers'} are separated by ;`;
  if (/^\s|\s$/.test(address)) return 'a space is part of the address';
  if (/^\w+:\/\//.test(address)) return 'an address does not begin with http://';
  if (/^[^:]+$/.test(address) && isHost(address)) return 'the port is missing';
  if (match && Number(match[2]) >= 65_536) return 'the highest port is 65535';
  return 'each is host:port, separated by ;';
}
