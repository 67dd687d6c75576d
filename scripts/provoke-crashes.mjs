#!/usr/bin/env node
// Makes real nodes of RocketMQ fail, and keeps what they wrote as test/fixtures/crashes/<version>/<case>/.
// npm run provoke -- [--only case,…] [--releases 4.9.7,…] [--healthy] [--keep]   (as root, for small disks and other users)
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CASES } from './provoke/cases.mjs';
import { HEALTHY } from './provoke/healthy.mjs';
import { keepNode } from './provoke/keep.mjs';
import { endAll, Node } from './provoke/node.mjs';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    releases: { type: 'string' },
    healthy: { type: 'boolean', default: false },
    rocketmq: { type: 'string', default: join(process.env.RMQDEV_HOME ?? join(process.env.HOME ?? '', '.rmqdev'), 'rocketmq') },
    java: { type: 'string', default: '17=java' },
    'first-port': { type: 'string', default: '21000' },
    jobs: { type: 'string', default: '2' },
    keep: { type: 'boolean', default: false },
  },
});
const jdks = new Map(
  options.java
    .split(',')
    .map((entry) => entry.split('='))
    .map(([major, java]) => [Number(major), java]),
);
const fixtures = fileURLToPath(new URL(`../test/fixtures/${options.healthy ? 'healthy' : 'crashes'}`, import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'provoke-'));
const first = Number(options['first-port']);
let nextPort = first;

/** What a case gets: a folder of its own, ports that nobody else has, nodes of its release. */
class Stage {
  constructor(version, name, jdk) {
    Object.assign(this, { version, name, jdk, root, dir: join(root, version, name), nodes: [] });
    mkdirSync(this.dir, { recursive: true });
  }
  port() {
    nextPort = nextPort >= first + 680 ? first : nextPort + 10;
    return nextPort;
  }
  node(role, changes = {}) {
    const id = changes.id ?? (role === 'broker' ? 'broker-a' : `${role}-1`);
    const dir = join(this.dir, id);
    mkdirSync(dir, { recursive: true });
    const home = join(options.rocketmq, this.version);
    const node = new Node({
      role,
      version: this.version,
      home,
      java: jdks.get(this.jdk),
      jdk: this.jdk,
      port: this.port(),
      ...changes,
      id,
      dir,
    });
    this.nodes.push(node);
    return node;
  }
  broker(changes) {
    return this.node('broker', changes);
  }
  places() {
    return [
      [this.dir, '/home/dev/rocketmq'],
      [root, '/home/dev/rocketmq'],
      [options.rocketmq, '/opt/rocketmq'],
      ['/usr/lib/jvm/', '/usr/lib/jvm/'],
    ];
  }
}

const list = options.healthy ? HEALTHY : CASES;
const wanted = Object.entries(list).flatMap(([name, entry]) =>
  options.only && !options.only.split(',').includes(name)
    ? []
    : entry.releases
        .filter((version) => !options.releases || options.releases.split(',').includes(version))
        .map((version) => ({ name, version, ...entry })),
);
process.once('SIGINT', () => {
  endAll();
  process.exit(130);
});

let failed = 0;
async function provoke({ name, version, run, jdk = 17, root: needsRoot, expect, gc }) {
  const label = `${version} ${name}`;
  if (!jdks.has(jdk)) return console.log(`skipped ${label}: no JDK ${jdk}, name one with --java ${jdk}=<java>`);
  if (needsRoot && process.getuid() !== 0) return console.log(`skipped ${label}: needs root`);
  const stage = new Stage(version, name, jdk);
  try {
    const kept = [await run(stage)].flat();
    for (const node of kept) {
      const about = {
        exit: node.exit,
        ...(expect === undefined ? {} : { expect }),
        role: node.role,
        rocketmq: version,
        jdk,
        wasReady: node.wasReady ?? false,
        node: node.id,
        ports: node.ports,
        portHolders: node.holders ?? [],
        heapBytes: node.heapBytes,
        storePath: node.store,
        configFile: node.args?.[1] ?? node.config,
        command: [...node.wrap, 'java', ...node.javaOptions(), '-cp', '…', node.role, ...(node.args ?? node.defaultArgs())].join(' '),
      };
      const folder = join(fixtures, version, kept.length > 1 ? `${name}-${node.id}` : name);
      const bytes = keepNode(node, folder, { about, places: stage.places(), gc });
      console.log(`${label} ${node.id}: ${JSON.stringify(node.exit)}, ${readdirSync(folder).length} files, ${bytes} bytes`);
    }
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${label}: ${error.stack.split('\n').slice(0, 12).join('\n  ')}`);
  } finally {
    await Promise.all(stage.nodes.filter((node) => node.child && !node.exit).map((node) => node.kill('SIGKILL')));
    if (!options.keep) rmSync(stage.dir, { recursive: true, force: true });
  }
}

const queue = [...wanted];
await Promise.all(
  Array.from({ length: Number(options.jobs) }, async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await provoke(next);
  }),
);
if (!options.keep) rmSync(root, { recursive: true, force: true });
else writeFileSync(join(root, 'kept'), '');
console.log(`${wanted.length} runs, ${failed} failed${options.keep ? `, kept in ${root}` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
