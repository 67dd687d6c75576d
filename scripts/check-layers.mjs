#!/usr/bin/env node
// Fails if an import breaks the order of the house: layers, rooms inside a layer, no circles (see docs/architecture.md).
import { fileURLToPath } from 'node:url';
import { readImports, violationsOf } from './layers/import-graph.mjs';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** What each folder may import beside itself and `base`. */
const LAYERS = {
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
  machine: ['diagnose', 'install', 'process', 'profile', 'remoting', 'rocketmq'],
  evidence: ['diagnose', 'logs', 'process', 'rocketmq'],
  cluster: ['contract', 'diagnose', 'evidence', 'install', 'machine', 'process', 'profile', 'remoting', 'rocketmq', 'supervisor'],
  daemon: ['cluster', 'contract', 'diagnose', 'evidence', 'install', 'machine', 'process', 'profile', 'remoting', 'rocketmq', 'supervisor'],
  // Its functions are pure: of the cluster they take the specs of nodes and the checks of a profile.
  export: ['cluster', 'diagnose', 'profile', 'remoting', 'rocketmq'],
  client: ['contract'],
  // Besides the client: what logs, doctor, explain <file>, lint, import, export, send, consume, topic, group, admin and tools load on use, in the CLI itself.
  cli: [
    'client',
    'contract',
    'diagnose',
    'evidence',
    'export',
    'import',
    'install',
    'logs',
    'machine',
    'process',
    'profile',
    'rocketmq',
    'traffic',
  ],
};

/**
 * Layers that are divided into rooms: what each room (folder) may import beside itself. `.` is the room of the files that lie in none, as
 * in `cluster: { '.': ['plan', 'spec'], plan: ['spec'], spec: [] }`.
 */
const ROOMS = {
  cluster: {
    '.': ['ends', 'launch', 'roles', 'spec', 'state'],
    spec: [],
    roles: ['spec'],
    plan: ['.', 'roles', 'spec'],
    state: ['.', 'spec'],
    launch: ['.', 'roles', 'spec', 'state'],
    ends: ['.', 'spec', 'state'],
    status: ['.', 'ends', 'roles', 'spec', 'state'],
    actions: ['.', 'ends', 'launch', 'plan', 'roles', 'spec', 'state', 'status'],
  },
};

const violations = violationsOf(readImports(SRC), { layers: LAYERS, rooms: ROOMS });
for (const violation of violations) console.error(violation);
if (violations.length > 0) process.exit(1);
console.log('imports: layers, rooms and circles are in order');
