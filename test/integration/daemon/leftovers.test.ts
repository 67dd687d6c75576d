import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { discardFolder } from '../../../src/base/discard-folder.js';
import { HomePaths } from '../../../src/base/paths.js';
import { BackgroundWork } from '../../../src/cluster/background-work.js';
import { Cluster } from '../../../src/cluster/cluster.js';
import type { World } from '../../../src/cluster/world.js';
import type { ClusterRegistry } from '../../../src/daemon/cluster-registry.js';
import { clean } from '../../../src/daemon/leftovers.js';
import { assignmentsOf, profileOf } from '../../fakes/cluster.js';

let home: HomePaths;
let forgotten: string[];
beforeEach(() => {
  home = new HomePaths(mkdtempSync(join(tmpdir(), 'rl-')));
  forgotten = [];
  return () => rmSync(home.root, { recursive: true, force: true });
});

function write(path: string, sizeBytes: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, Buffer.alloc(sizeBytes, 1));
}

/** Clusters by name, each with the number of its nodes that run. */
function registryOf(running: Record<string, number>): ClusterRegistry {
  const all = Object.entries(running).map(([name, runningCount]) => ({
    cluster: {
      name,
      paths: home.cluster(name),
      runningCount,
      operation: undefined,
      hasNode: () => true,
      isLive: () => true,
      background: new BackgroundWork(),
      delete: () => discardFolder(home.cluster(name).root),
      operate: (_name: string, _mode: string, work: () => Promise<void>) => work(),
    },
  }));
  return {
    all,
    broken: new Map(),
    resolve: (name: string) => all.find(({ cluster }) => cluster.name === name),
    remove: ({ name }: Cluster) => void forgotten.push(name),
  } as unknown as ClusterRegistry;
}

const world = () => ({ home, platform: { processTable: async () => [] } }) as unknown as World;

test('clean --all removes stopped clusters and forgets them, so that their names and ports are free', async () => {
  write(home.cluster('old').state, 10);
  write(home.cluster('busy').state, 10);
  const { removed } = await clean(world(), registryOf({ old: 0, busy: 2 }), { dryRun: false, all: true });
  expect({ removed, forgotten, old: existsSync(home.cluster('old').root), busy: existsSync(home.cluster('busy').root) }).toEqual({
    removed: true,
    forgotten: ['old'],
    old: false,
    busy: true,
  });
});

test('with --dry-run nothing is removed or forgotten', async () => {
  write(home.cluster('old').state, 10);
  const { leftovers, removed } = await clean(world(), registryOf({ old: 0 }), { dryRun: true, all: true });
  expect(leftovers).toMatchObject([{ path: home.cluster('old').root }]);
  expect({ removed, forgotten, old: existsSync(home.cluster('old').root) }).toEqual({ removed: false, forgotten: [], old: true });
});

test('without --all a stopped cluster stays', async () => {
  write(home.cluster('old').state, 10);
  await clean(world(), registryOf({ old: 0 }), { dryRun: false, all: false });
  expect({ forgotten, old: existsSync(home.cluster('old').root) }).toEqual({ forgotten: [], old: true });
});

test('a single file has a size too', async () => {
  write(join(home.cache, 'cds', 'broker.jsa'), 20_000);
  const { leftovers } = await clean(world(), registryOf({}), { dryRun: true, all: true });
  expect(leftovers).toHaveLength(1);
  expect(leftovers[0]?.sizeBytes).toBeGreaterThanOrEqual(20_000);
});

test('a cluster that is forgotten after its folder was deleted writes nothing there again', () => {
  const cluster = new Cluster({ home, clock: systemClock } as World, 'old');
  const profile = profileOf();
  cluster.apply({ profile, host: undefined, debug: false, assignments: assignmentsOf(profile) });
  expect(existsSync(cluster.paths.state)).toBe(true);
  rmSync(cluster.paths.root, { recursive: true });
  cluster.forget();
  expect(existsSync(cluster.paths.root)).toBe(false);
});
