import { formatBytes } from '../../base/units.js';
import { isSecretKey } from '../../rocketmq/access-control.js';
import type { NodeSpec } from './node-spec.js';

/** @returns what a restart would change for a node, one sentence each; empty if nothing would. */
export function changesBetween(before: NodeSpec, after: NodeSpec): string[] {
  const changes: string[] = [];
  const compare = (what: string, old: string, now: string) => {
    if (old !== now) changes.push(`${what} ${old || '(unset)'} → ${now || '(unset)'}`);
  };
  compare('RocketMQ', before.release.version, after.release.version);
  if (before.release.version === after.release.version) compare('release', before.release.home, after.release.home);
  compare('jar', jarText(before), jarText(after));
  compare('JDK', `${before.jdk.version} (${before.jdk.home})`, `${after.jdk.version} (${after.jdk.home})`);
  compare('heap', formatBytes(before.heapBytes), formatBytes(after.heapBytes));
  compare('start-up mode', before.profile.startup, after.profile.startup);
  compare('debug port', String(before.ports.debug ?? ''), String(after.ports.debug ?? ''));
  compare('JVM options', before.profile.jvm.join(' '), after.profile.jvm.join(' '));
  compare('environment', renderEnv(before.env), renderEnv(after.env));
  compare('TLS', String(before.tls), String(after.tls));
  const old = new Map(before.config.map(({ key, value }) => [key, value]));
  for (const { key, value } of after.config) {
    if (isSecretKey(key)) {
      if (old.get(key) !== value) changes.push(`${key} changes`);
    } else compare(key, old.get(key) ?? '', value);
    old.delete(key);
  }
  for (const [key, value] of old) compare(key, isSecretKey(key) ? '(secret)' : value, '');
  return changes;
}

/** An earlier rmqdev knew no jars. */
function jarText({ jar }: Partial<Pick<NodeSpec, 'jar'>>): string {
  return jar ? `${jar.path} (${jar.title}, of ${new Date(jar.modifiedMs).toISOString()})` : '';
}

function renderEnv(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}
