import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { rawProperties, unescapeProperty } from '../../rocketmq/property-file.js';
import type { ConfigLine, NodeSpec } from '../spec/node-spec.js';
import { ROLE_DEFINITIONS } from './definitions.js';

/**
 * Writes a node's configuration twice: `node.conf` for people, each line below its reason, and `run/node.conf`,
 * the copy for the JVM (a broker rewrites its file on every change of configuration). Without fsync: every launch writes them again, so
 * nobody misses them after the machine went down.
 */
export async function writeConfigFiles(node: NodeSpec): Promise<void> {
  await mkdir(dirname(runConfigFile(node)), { recursive: true });
  const { renderRunConfig = renderProperties } = ROLE_DEFINITIONS[node.role];
  await Promise.all([
    writeFileAtomic(node.paths.config, renderConfig(node), { fsync: false }),
    writeFileAtomic(runConfigFile(node), renderRunConfig(node), { fsync: false }),
  ]);
}

/** The copy of the node's configuration that its JVM reads. */
export function runConfigFile({ role, paths }: Pick<NodeSpec, 'role' | 'paths'>): string {
  const { runConfigName } = ROLE_DEFINITIONS[role];
  return runConfigName === undefined ? paths.runConfig : join(dirname(paths.runConfig), runConfigName);
}

export function renderConfig(node: NodeSpec): string {
  const head = [
    `# ${node.id}: ${roleTitle(node)} of cluster ${node.cluster}, RocketMQ ${node.release.version}, JDK ${node.jdk.version}.`,
    `# Written by rmqdev at every start; to change a value, change the profile. The JVM reads the copy in run/${basename(runConfigFile(node))}.`,
  ];
  return `${head.join('\n')}\n\n${renderReasons(node.config)}`;
}

/** @returns each line below the comment that says why it is there. */
export function renderReasons(config: readonly ConfigLine[]): string {
  return config.map((line) => `# ${line.reason}\n${renderLine(line)}\n`).join('');
}

/** @returns what people call it: `SYNC_MASTER`, `replica of broker-a`, `proxy`. */
export function roleTitle({ role, brokerRole, brokerName, jar }: NodeSpec): string {
  if (role === 'namesrv') return 'NameServer';
  if (jar) return jar.title;
  return brokerRole ?? (brokerName === null ? role : `replica of ${brokerName}`);
}

const renderProperties = ({ config }: NodeSpec): string => `${config.map(renderLine).join('\n')}\n`;

/** java.util.Properties reads Latin-1 with backslash escapes. */
function renderLine({ key, value }: ConfigLine): string {
  return `${key}=${escapeProperty(value)}`;
}

function escapeProperty(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replace(/^ /, '\\ ')
    .replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Our keys whose value differs in `text`, the running copy.
 * A broker that rewrote the copy lists every effective key there, and escapes nothing (common/.../MixAll.java properties2String);
 * a missing key of ours does not count.
 */
export function driftedKeys(config: readonly ConfigLine[], text: string): string[] {
  const running = rawProperties(text);
  return config
    .filter(({ key, value }) => {
      const now = running.get(key);
      return now !== undefined && now !== value && unescapeProperty(now) !== value;
    })
    .map(({ key }) => key);
}
