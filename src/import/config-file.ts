import { basename } from 'node:path';
import type { ConfigFile, Entry, ReadRemark } from '../diagnose/lint/config-set.js';
import type { ConfigRole } from '../rocketmq/keys.js';
import { type FileText, readFileText } from './file-text.js';
import { readJavaProperties } from './java-properties.js';
import { readLenientJson } from './lenient-json.js';

/** Keys that only one role has, and that nearly all its files have. */
const TELLTALES: readonly { role: ConfigRole; keys: RegExp }[] = [
  { role: 'container', keys: /^brokerConfigPaths$/ },
  {
    role: 'broker',
    keys: /^(broker(Name|Id|Role|ClusterName|IP\d?|Permission)|storePath\w+|flushDiskType|dLeger\w+|enableDLegerCommitLog|haMasterAddress|mapp?edFileSize\w+|autoCreate(TopicEnable|SubscriptionGroup)|enableControllerMode|fileReservedTime|deleteWhen)$/i,
  },
  {
    role: 'namesrv',
    keys: /^(kvConfigPath|configStorePath|enableControllerInNamesrv|supportActingMaster|orderMessageEnable|serverWorkerThreads)$/i,
  },
  { role: 'controller', keys: /^(controllerDLeger\w+|controllerStorePath|controllerType|jraft\w+)$/i },
];
const PROXY_KEYS =
  /^(rocketMQClusterName|proxyMode|grpcServerPort|remotingListenPort|namesrvAddr|proxyClusterName|useEndpointPortFromRequest|localServeAddr)$/;
/** File names that tell the role if the keys do not. */
const NAMED: readonly { role: ConfigRole; name: RegExp }[] = [
  { role: 'namesrv', name: /namesrv|name-?server|nsrv/i },
  { role: 'controller', name: /controller/i },
  { role: 'broker', name: /broker/i },
];

/** @param asked true if the user named this file: then lint reports it if it is not a RocketMQ file. */
export function readConfigFile(path: string, content: Uint8Array, asked: boolean): ConfigFile {
  const text = readFileText(content);
  const remark = (kind: ReadRemark['kind'], detail: string, line: number | null = null): ReadRemark => ({
    kind,
    detail,
    line,
    text: line === null ? '' : (text.lines[line - 1] ?? '').trim(),
  });
  if (text.isBinary) return { path, role: undefined, entries: [], remarks: [remark('binary', '')] };
  if (text.isEmpty) return { path, role: undefined, entries: [], remarks: [remark('empty', '')] };
  if (/\.json(\.\w+)?$/i.test(path)) return readProxyFile(path, text, asked, remark);
  const { entries, remarks } = readEntries(text, remark);
  const roles = rolesOf(path, entries);
  const [role] = roles;
  if (role === undefined) return { path, role, entries: [], remarks: asked ? [remark('not-rocketmq', '')] : [] };
  return { path, role, entries, remarks: roles.length > 1 ? [...remarks, remark('two-roles', roles.join(' and '))] : remarks };
}

function readEntries(
  text: FileText,
  remark: (kind: ReadRemark['kind'], detail: string, line?: number) => ReadRemark,
): { entries: Entry[]; remarks: ReadRemark[] } {
  const remarks: ReadRemark[] = [];
  const isWide = text.encoding.startsWith('utf-16');
  if (isWide) remarks.push(remark('utf-16', text.encoding, 1));
  // Java cannot read UTF-16; the other rules judge what the author meant.
  const source = isWide ? Buffer.from(text.lines.join('\n'), 'utf8').toString('latin1') : text.bytes.replace(/^\u00ef\u00bb\u00bf/, '');
  const noise = xmlComment(text.lines);
  const entries = readJavaProperties(source).flatMap((pair): Entry[] => {
    if (noise.has(pair.line)) return [];
    if (pair.badEscape) remarks.push(remark('bad-escape', pair.key, pair.line));
    const shown = text.lines[pair.line - 1] ?? '';
    return [{ key: pair.key, value: pair.value, raw: pair.raw, line: pair.line, text: shown.trimStart(), hasSeparator: pair.hasSeparator }];
  });
  if (text.hasBom && !isWide && entries[0]?.line === 1) remarks.push(remark('bom', entries[0].key, 1));
  return { entries, remarks };
}

/** The lines of an XML comment, with which some shipped files begin: Java reads them as words, which is harmless. */
function xmlComment(lines: readonly string[]): ReadonlySet<number> {
  const inside = new Set<number>();
  let isOpen = false;
  lines.forEach((line, index) => {
    if (!isOpen && line.trimStart().startsWith('<!--')) isOpen = true;
    if (isOpen) inside.add(index + 1);
    if (line.includes('-->')) isOpen = false;
  });
  return inside;
}

function rolesOf(path: string, entries: readonly Entry[]): ConfigRole[] {
  const has = (keys: RegExp) => entries.some(({ key }) => keys.test(key));
  const told = TELLTALES.filter(({ keys }) => has(keys)).map(({ role }) => role);
  if (told.includes('container')) return ['container'];
  // A NameServer with a controller in it has the keys of both.
  if (told.includes('namesrv') && told.includes('controller') && !told.includes('broker')) return ['namesrv'];
  // serverWorkerThreads and similar keys belong to every role.
  if (told.includes('broker'))
    return has(/^(kvConfigPath|enableControllerInNamesrv|orderMessageEnable|controllerDLegerPeers)$/) ? told : ['broker'];
  if (told.length > 0) return told;
  const named = NAMED.find(({ name }) => name.test(basename(path)));
  return named && has(/^(listenPort|namesrvAddr|rocketmqHome|brokerIp)$/i) ? [named.role] : [];
}

function readProxyFile(
  path: string,
  text: FileText,
  asked: boolean,
  remark: (kind: ReadRemark['kind'], detail: string, line?: number) => ReadRemark,
): ConfigFile {
  const isNamed = /proxy/i.test(basename(path));
  const parsed = readLenientJson(text.lines.join('\n'));
  if (parsed === undefined) {
    if (!isNamed) return { path, role: undefined, entries: [], remarks: asked ? [remark('not-rocketmq', '')] : [] };
    return { path, role: 'proxy', entries: [], remarks: [remark('bad-json', '')] };
  }
  const isMap = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  const pairs = isMap ? Object.entries(parsed as Record<string, unknown>) : [];
  if (!isMap || !(isNamed || pairs.filter(([key]) => PROXY_KEYS.test(key)).length > 1)) {
    return { path, role: undefined, entries: [], remarks: asked ? [remark('not-rocketmq', '')] : [] };
  }
  const lines = linesOfKeys(text.lines);
  const entries = pairs.map(([key, value]): Entry => {
    const line = lines.get(key) ?? 1;
    const plain = typeof value === 'object' ? JSON.stringify(value) : String(value);
    return { key, value: plain, raw: plain, line, text: (text.lines[line - 1] ?? '').trim(), hasSeparator: true };
  });
  return { path, role: 'proxy', entries, remarks: [] };
}

/** The first line of each word before a colon, with double quotes, single quotes or none. */
function linesOfKeys(lines: readonly string[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  lines.forEach((shown, index) => {
    for (const [, key] of shown.matchAll(/(?<![\w.-])["']?([\w.-]+)["']?\s*:/g)) {
      if (!found.has(key as string)) found.set(key as string, index + 1);
    }
  });
  return found;
}
