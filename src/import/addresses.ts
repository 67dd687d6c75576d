import { isIPv4 } from 'node:net';
import { dirname } from 'node:path';
import type { ConfigFile } from '../diagnose/lint/config-set.js';

/** What the author meant: without a comment or blanks after it. '' if the key is not there. */
export function textOf(file: ConfigFile, key: string): string {
  const value = file.entries.findLast((entry) => entry.key === key)?.value ?? '';
  return value.replace(/\s+(#|\/\/).*$/, '').trim();
}

export type Address = { host: string; port: number };

/** A host that can be looked for: no variable, no placeholder. */
const HOST = /^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/;
const LOOPBACK = /^(127\.[\d.]+|localhost|0\.0\.0\.0|::1)$/i;

export const isLoopbackHost = (host: string): boolean => LOOPBACK.test(host);
export const isHost = (host: string): boolean => (isIPv4(host) && host !== '0.0.0.0') || (HOST.test(host) && !/^[\d.]+$/.test(host));

/** The addresses of a list such as `10.0.0.1:9876;10.0.0.2:9876`, also if it is separated by commas or blanks. */
export function addressesOf(list: string): Address[] {
  return list.split(/[;,\s]+/).flatMap((each) => {
    const [, host, port] = /^(?:https?:\/\/)?\[?([^[\]/]+?)\]?:(\d{1,5})\/?$/.exec(each) ?? [];
    return host !== undefined && isHost(host) ? [{ host, port: Number(port) }] : [];
  });
}

export type Peer = { self: string; host: string; port: number };

/** The peers of a list, also of one whose hosts are still variables: its ids. */
export const idsOf = (list: string): string[] => list.split(';').flatMap((each) => /^\s*([^-\s]+)-.+:\d{1,5}\s*$/.exec(each)?.[1] ?? []);

/** The peers of a list such as `n0-10.0.0.1:40911;n1-10.0.0.2:40911`. */
export function peersOf(list: string): Peer[] {
  return list.split(';').flatMap((each) => {
    const [, self, host, port] = /^\s*([^-\s]+)-(.+):(\d{1,5})\s*$/.exec(each) ?? [];
    return self !== undefined && host !== undefined && isHost(host) ? [{ self, host, port: Number(port) }] : [];
  });
}

/** The address that a peer of a DLedger or controller group has in the list of the group. */
export function ownPeers(file: ConfigFile): Peer[] {
  return (['dLeger', 'controllerDLeger'] as const).flatMap((group) => {
    const self = textOf(file, `${group}SelfId`);
    return self === '' ? [] : peersOf(textOf(file, `${group}Peers`)).filter((peer) => peer.self === self);
  });
}

export const isPrivate = (address: string): boolean =>
  /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(address);

/** The folders above a file. For one inside a script the script counts as a folder: there may be one for each host. */
export function foldersOf({ path, within, isManifest }: ConfigFile): string[] {
  const isInScript = within !== undefined && !isManifest && !/\.ya?ml$/i.test(within);
  const folders = isInScript ? within.replace(/\.\w+$/, '') : dirname(within ?? path);
  return folders.split(/[/\\]/);
}

const FILE_OF_MACHINE = /^((?:host|vm|server|machine|srv|ecs|ec2|node)[-_]?\d{1,4})[-_.]/i;

/** The machine that the name of a file begins with, as vm1-broker-a.conf does. */
export function machineOfFile({ path, within }: Pick<ConfigFile, 'path' | 'within'>): string | undefined {
  const name = (within ?? path).replace(/.*[/\\]/, '');
  return FILE_OF_MACHINE.exec(name)?.[1] ?? ipIn(name.replace(/\.\D\w*$/, ''));
}

const FOLDER_IP = /(?<![\d.])\d{1,3}(?:[._-]\d{1,3}){3}(?![\d.])/;
/** Names that people give to machines. */
const MACHINE =
  /^(?:(?:my|mq|rmq|rocketmq)?[-_.]?(?:host|vm|server|machine|srv|ecs|ec2|pc|instance|box|linux|ubuntu|centos|node|ip)[-_.]?(?:\d{1,4}|[a-z])|\d+号?机器?|机器\w|主机\w|虚拟机\w|服务器\w|节点\w)$/iu;

export const ipIn = (folder: string): string | undefined => {
  const found = FOLDER_IP.exec(folder)?.[0].replaceAll(/[_-]/g, '.');
  return found !== undefined && isIPv4(found) ? found : undefined;
};
export const isMachineName = (folder: string): boolean => MACHINE.test(folder) || ipIn(folder) !== undefined;
