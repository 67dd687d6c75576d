import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RmqdevError } from '../../../../src/base/errors.js';
import { ClusterPaths } from '../../../../src/base/paths.js';
import type { Assignment } from '../../../../src/cluster/spec/node-spec.js';
import { type ClusterState, loadClusterState, saveClusterState } from '../../../../src/cluster/state/cluster-state.js';
import { FRESH_SNAPSHOT, type NodeSnapshot } from '../../../../src/supervisor/node-run.js';
import { assignmentsOf, nodeProfile, profileOf } from '../../../fakes/cluster.js';

let folder: string;
let file: string;
let paths: ClusterPaths;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rmqdev-state-'));
  paths = new ClusterPaths(join(folder, 'clusters', '2m2s'));
  file = paths.state;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const profile = profileOf(['namesrv-1', nodeProfile('broker-a', { properties: { größe: 'ü' }, heapBytes: 1 })]);
const running: NodeSnapshot = {
  intent: 'up',
  identity: { pid: 4_242, startTime: '12345' },
  startedAt: 1_000,
  restarts: 2,
  paused: true,
  wasReady: true,
  lastExit: {
    at: 999,
    notBefore: 500,
    code: null,
    signal: 'SIGKILL',
    adopted: false,
    cause: 'killed-by-user',
    detail: null,
    finding: 'OUT_OF_MEMORY',
  },
};
const state: ClusterState = {
  name: '2m2s',
  profile,
  debug: true,
  pendingStart: ['broker-a'],
  pendingRestart: ['namesrv-1'],
  bootId: 'boot 1',
  seq: 7,
  nodes: new Map(
    [...assignmentsOf(profile)].map(([id, assignment]) => [id, { assignment, snapshot: id === 'broker-a' ? running : FRESH_SNAPSHOT }]),
  ),
};
const errorOf = (): RmqdevError | undefined => {
  try {
    loadClusterState(file);
  } catch (error) {
    return error as RmqdevError;
  }
  return undefined;
};
/** What is on disk, with `change` applied to it. */
function edited(change: (value: { [key: string]: unknown }) => void): void {
  saveClusterState(paths, state);
  const value = JSON.parse(readFileSync(file, 'utf8')) as { [key: string]: unknown };
  change(value);
  writeFileSync(file, JSON.stringify(value));
}

test('what is saved is what is loaded', () => {
  saveClusterState(paths, state);
  // JSON knows no undefined: a setting that is not there is not set.
  expect(loadClusterState(file)).toEqual(state);
});

test.each([
  { listen: 10911, fast: 10909, dledger: 10916 },
  { listen: 8081, remoting: 8080 },
  { listen: 9876, controller: 9896 },
])('every kind of port survives a change of the daemon: %j', (ports) => {
  const [id, node] = [...state.nodes][0] as [string, { assignment: Assignment; snapshot: NodeSnapshot }];
  saveClusterState(paths, { ...state, nodes: new Map([[id, { ...node, assignment: { ...node.assignment, ports } }]]) });
  expect(loadClusterState(file)?.nodes.get(id)?.assignment.ports).toEqual(ports);
});

test('debug ports survive', () => {
  const [id, node] = [...state.nodes][1] as [string, { assignment: Assignment; snapshot: NodeSnapshot }];
  const ports = { listen: 10911, fast: 10909, ha: 10912, debug: 10918 };
  saveClusterState(paths, { ...state, nodes: new Map([[id, { ...node, assignment: { ...node.assignment, ports } }]]) });
  expect(loadClusterState(file)?.nodes.get(id)?.assignment.ports).toEqual(ports);
});

test('a save replaces the whole file, and leaves a copy of it and no other', () => {
  saveClusterState(paths, state);
  saveClusterState(paths, { ...state, debug: false });
  expect(loadClusterState(file)?.debug).toBe(false);
  expect(readdirSync(dirname(file))).toEqual(['cluster.json', 'cluster.json.bak']);
});

test('no file is no cluster, and no error', () => {
  expect(loadClusterState(file)).toBeUndefined();
});

test.each([
  ['empty', ''],
  ['torn', '{"version":1,"name":"2m'],
  ['no object', '[]'],
  ['null', 'null'],
])('a file that is %s is an error that names it', (_, text) => {
  saveClusterState(paths, state);
  writeFileSync(file, text);
  expect(errorOf()).toMatchObject({
    code: 'STATE_UNREADABLE',
    text: { what: `the state of a cluster cannot be read from ${file}`, why: expect.stringMatching(/^.{5,}$/) },
  });
});

test('a file of another version is an error, not a guess', () => {
  edited((value) => {
    value.version = 2;
  });
  expect(errorOf()).toMatchObject({ code: 'STATE_UNREADABLE', text: { why: expect.stringContaining('version') } });
});

test('an error names what is wrong in the file', () => {
  edited((value) => {
    const { 'broker-a': broker } = value.nodes as { 'broker-a': { snapshot: { intent: string } } };
    broker.snapshot.intent = 'sideways';
  });
  expect(errorOf()?.text.why).toContain('nodes["broker-a"].snapshot.intent');
});

test('a file of the previous form is read: without unfinished starts, the journal’s number, and what was found out about an exit', () => {
  edited((value) => {
    for (const key of ['pendingStart', 'pendingRestart', 'bootId']) delete value[key];
    delete value.seq;
    const { 'broker-a': broker } = value.nodes as { 'broker-a': { snapshot: { lastExit: { [key: string]: unknown } } } };
    delete broker.snapshot.lastExit.notBefore;
    delete broker.snapshot.lastExit.finding;
  });
  const loaded = loadClusterState(file);
  expect(loaded).toMatchObject({ pendingStart: [], pendingRestart: [], bootId: null, seq: null });
  expect(loaded?.nodes.get('broker-a')?.snapshot.lastExit).toMatchObject({ at: 999, notBefore: null, finding: null });
});

test('a path that cannot be read is an error, not a missing cluster', () => {
  mkdirSync(file, { recursive: true });
  expect(errorOf()).toMatchObject({ code: 'STATE_UNREADABLE', text: { why: expect.stringContaining('EISDIR') } });
});
