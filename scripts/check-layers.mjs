#!/usr/bin/env node
// Fails where a folder of src imports one that it may not: folders are layers (see docs/architecture.md).
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** What each folder may import beside itself and `base`. */
const ALLOWED = {
  base: [],
  contract: [],
  rocketmq: [],
  logs: [],
  remoting: [],
  traffic: ['remoting', 'rocketmq'],
  process: [],
  supervisor: [],
  profile: ['rocketmq'],
  install: ['rocketmq'],
  diagnose: ['profile', 'rocketmq'],
  import: ['diagnose', 'profile', 'rocketmq'],
  machine: ['diagnose', 'install', 'process', 'rocketmq'],
  evidence: ['diagnose', 'logs', 'process', 'rocketmq'],
  cluster: ['contract', 'diagnose', 'evidence', 'install', 'machine', 'process', 'profile', 'remoting', 'rocketmq', 'supervisor'],
  daemon: ['cluster', 'contract', 'diagnose', 'evidence', 'install', 'machine', 'process', 'profile', 'remoting', 'rocketmq', 'supervisor'],
  client: ['contract'],
  // Besides the client: what logs, doctor, explain <file>, lint, import, send, consume, topic, group, admin and tools load on use, in the CLI itself.
  cli: ['client', 'contract', 'diagnose', 'evidence', 'import', 'install', 'logs', 'machine', 'process', 'profile', 'rocketmq', 'traffic'],
};

const violations = [];
for (const entry of readdirSync(SRC, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
  const file = join(entry.parentPath, entry.name);
  const layer = relative(SRC, file).split(sep)[0];
  if (!(layer in ALLOWED)) violations.push(`${relative(SRC, file)}: ${layer} is no layer`);
  for (const [, target] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)) {
    const imported = relative(SRC, resolve(dirname(file), target)).split(sep)[0];
    if (imported === layer || imported === 'base' || imported === '..') continue;
    if (!ALLOWED[layer]?.includes(imported)) violations.push(`${relative(SRC, file)}: ${layer} must not import ${imported} (${target})`);
  }
}

for (const violation of violations) console.error(violation);
if (violations.length > 0) process.exit(1);
console.log('layers: every import follows the arrows');
