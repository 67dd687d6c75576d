import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RmqdevError } from '../../../src/base/errors.js';
import { type ClusterState, loadClusterState, saveClusterState } from '../../../src/cluster/cluster-state.js';
import type { Assignment } from '../../../src/cluster/node-spec.js';
import { FRESH_SNAPSHOT, type NodeSnapshot } from '../../../src/supervisor/node-run.js';
import { assignmentsOf, nodeProfile, profileOf } from '../../fakes/cluster.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rmqdev-state-'));
  file = join(folder, 'clusters', '2m2s', 'cluster.json');
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
  saveClusterState(file, state);
  const value = JSON.parse(readFileSync(file, 'utf8')) as { [key: string]: unknown };
  change(value);
  writeFileSync(file, JSON.stringify(value));
}

test('what is saved is what is loaded', () => {
  saveClusterState(file, state);
  // JSON knows no undefined: a setting that is not there is not set.
  expect(loadClusterState(file)).toEqual(state);
});

test('debug ports survive', () => {
  const [id, node] = [...state.nodes][1] as [string, { assignment: Assignment; snapshot: NodeSnapshot }];
  const ports = { listen: 10911, fast: 10909, ha: 10912, debug: 10918 };
  saveClusterState(file, { ...state, nodes: new Map([[id, { ...node, assignment: { ...node.assignment, ports } }]]) });
  expect(loadClusterState(file)?.nodes.get(id)?.assignment.ports).toEqual(ports);
});

test('a save replaces the whole file and leaves no other', () => {
  saveClusterState(file, state);
  saveClusterState(file, { ...state, debug: false });
  expect(loadClusterState(file)?.debug).toBe(false);
  expect(readdirSync(dirname(file))).toEqual(['cluster.json']);
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
  saveClusterState(file, state);
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

test('a file of before unfinished starts were kept is read', () => {
  edited((value) => {
    delete value.pendingStart;
  });
  expect(loadClusterState(file)?.pendingStart).toEqual([]);
});

test('a path that cannot be read is an error, not a missing cluster', () => {
  mkdirSync(file, { recursive: true });
  expect(errorOf()).toMatchObject({ code: 'STATE_UNREADABLE', text: { why: expect.stringContaining('EISDIR') } });
});
