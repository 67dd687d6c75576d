import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asError, RmqdevError } from '../../../src/base/errors.js';
import { type ExportOptions, type ExportTarget, exportProfile } from '../../../src/export/export-profile.js';
import type { Exported } from '../../../src/export/exported.js';
import { SHIPPED_PROFILES } from '../../../src/profile/find-profile.js';
import { loadProfile } from '../../../src/profile/load-profile.js';
import type { Profile } from '../../../src/profile/profile.js';
import { parsePropertyFile } from '../../../src/rocketmq/property-file.js';

/** @param source the name of a shipped profile, or the text of one, which is then called `shop` */
export async function loaded(source: string): Promise<Profile> {
  const folder = mkdtempSync(join(tmpdir(), 'rmqdev-export-'));
  const isText = source.includes('\n') || source.includes(':');
  if (isText) writeFileSync(join(folder, 'shop.yaml'), source);
  try {
    const folders = { cwd: folder, userProfiles: folder, shippedProfiles: SHIPPED_PROFILES };
    return (await loadProfile(isText ? './shop.yaml' : source, folders)).profile;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export type Asked = ExportOptions & { version?: string; operator?: boolean };

export function exported(
  target: ExportTarget,
  profile: Profile,
  { version = '5.5.0', operator = false, ...options }: Asked = {},
): Exported {
  const versions = new Map(profile.nodes.map(({ id }) => [id, version]));
  return exportProfile({ target, profile, versions, operator, options });
}

/** @returns what the export is refused with. */
export async function refusal(target: ExportTarget, source: string, asked: Asked = {}): Promise<RmqdevError> {
  const profile = await loaded(source);
  try {
    exported(target, profile, asked);
  } catch (error) {
    if (error instanceof RmqdevError) return error;
    throw asError(error);
  }
  throw new Error(`it exports to ${target}`);
}

export function textOf({ files }: Exported, path: string): string {
  const file = files.find((each) => each.path === path);
  if (!file) throw new Error(`no ${path} among ${files.map((each) => each.path).join(', ')}`);
  return file.text;
}

/** @returns the properties in a file of the export. */
export const propertiesIn = (result: Exported, path: string) => Object.fromEntries(parsePropertyFile(textOf(result, path)));

export const SHOP = `extends: 2m2s-sync
roles: { broker: { heap: 512m, properties: { fileReservedTime: 24 } } }
nodes: { broker-b-s: { jvm: [-Dshop=1], env: { TZ: Asia/Shanghai } } }
topics: [orders, { name: only-b, queues: 3, brokers: [broker-b] }]
groups: [billing]
`;

export const TWO_HOSTS = `replication: async
hosts: { a: 192.168.1.20, b: { address: 192.168.1.21, advertise: 203.0.113.7 } }
nodes:
  namesrv-1: { role: namesrv, host: a }
  namesrv-2: { role: namesrv, host: b }
  broker-a: { role: broker, host: a }
  broker-a-s: { role: broker, brokerName: broker-a, brokerId: 1, host: b }
  broker-b: { role: broker, host: b }
topics: [orders]
`;
