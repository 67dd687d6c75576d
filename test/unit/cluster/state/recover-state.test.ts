import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/base/clock.js';
import { ClusterPaths } from '../../../../src/base/paths.js';
import { type ClusterState, loadClusterState, saveClusterState } from '../../../../src/cluster/state/cluster-state.js';
import { Journal } from '../../../../src/cluster/state/journal.js';
import { recoverClusterState, replay } from '../../../../src/cluster/state/recover-state.js';
import type { JournalEvent } from '../../../../src/contract/events.js';
import { FRESH_SNAPSHOT, type NodeSnapshot } from '../../../../src/supervisor/node-run.js';
import { assignmentsOf, profileOf } from '../../../fakes/cluster.js';

let folder: string;
let paths: ClusterPaths;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rmqdev-recover-'));
  paths = new ClusterPaths(join(folder, 'single'));
  mkdirSync(paths.root);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const profile = profileOf(['namesrv-1', 'broker-a']);
const RUNNING: NodeSnapshot = { ...FRESH_SNAPSHOT, intent: 'up', identity: { pid: 42, startTime: 't' }, startedAt: 1_000, wasReady: true };
const state: ClusterState = {
  name: 'single',
  profile,
  debug: false,
  pendingStart: [],
  pendingRestart: [],
  bootId: null,
  seq: 10,
  nodes: new Map([...assignmentsOf(profile)].map(([id, assignment]) => [id, { assignment, snapshot: RUNNING }])),
};
const event = (seq: number, type: string, data: Record<string, unknown> = {}, node = 'broker-a'): JournalEvent => ({
  seq,
  at: '2026-11-20T12:00:00.000Z',
  cluster: 'single',
  node,
  type,
  message: type,
  data,
});
const recover = (events: JournalEvent[] = []) => recoverClusterState(paths, events, 1_000);
const brokerAfter = (...events: JournalEvent[]) => replay(state, events).nodes.get('broker-a')?.snapshot;
const leftAside = () => readdirSync(paths.root).filter((name) => name.includes('.broken-'));

/** Cuts fall on every kind of place in a line; a cut at every byte takes seven times as long and shows no more. */
const CUT_EVERY = 7;

describe('a file that was cut off', () => {
  test('the state: the cluster goes on with the copy, and says so', () => {
    saveClusterState(paths, state);
    const whole = readFileSync(paths.state);
    const expected = loadClusterState(paths.stateCopy);
    for (let length = 0; length < whole.length - 1; length += CUT_EVERY) {
      writeFileSync(paths.state, whole.subarray(0, length));
      const { state: recovered, failure, notes } = recover();
      if (failure !== undefined || notes.length !== 2) expect({ length, failure, notes }).toBeUndefined();
      if (length % (70 * CUT_EVERY) === 0) expect(recovered).toEqual(expected);
      expect(existsSync(paths.state)).toBe(false);
    }
    // Without its last line end it is whole.
    writeFileSync(paths.state, whole.subarray(0, whole.length - 1));
    expect(recover().notes).toEqual([]);
  });

  test('the copy: nobody needs it', () => {
    saveClusterState(paths, state);
    const whole = readFileSync(paths.stateCopy);
    for (let length = 0; length < whole.length; length += CUT_EVERY) {
      writeFileSync(paths.stateCopy, whole.subarray(0, length));
      expect(recover().notes).toEqual([]);
    }
  });

  test('both: a failure that names the file, both are set aside, and the next one finds no cluster and no error', () => {
    saveClusterState(paths, state);
    const whole = readFileSync(paths.state);
    for (let length = 0; length < whole.length - 1; length += CUT_EVERY) {
      for (const file of [paths.state, paths.stateCopy]) writeFileSync(file, whole.subarray(0, length));
      const { state: recovered, failure } = recover();
      if (recovered !== undefined || failure?.code !== 'STATE_UNREADABLE') expect({ length, recovered, failure }).toBeUndefined();
    }
    expect(recover()).toEqual({ state: undefined, failure: undefined, notes: [] });
    expect(leftAside()).toHaveLength(2);
  });

  test('the journal: what was whole stays, what was torn is kept beside it, and the next event follows', () => {
    const journal = () => new Journal(paths.journal, 'single', systemClock);
    for (let i = 1; i <= 6; i += 1) journal().record('node-ready', 'broker-a', 'größer ü');
    const whole = readFileSync(paths.journal);
    for (let length = 0; length <= whole.length; length += 1) {
      writeFileSync(paths.journal, whole.subarray(0, length));
      const lines = whole.subarray(0, length).toString().split('\n');
      const torn = lines.pop() as string;
      const isWhole = torn.endsWith('}') && length < whole.length && whole[length] === 10;
      const later = journal();
      const notes = later.mend();
      later.record('after', null, 'after');
      const seqs = later.read().map(({ seq }) => seq);
      const kept = lines.length + (isWhole ? 1 : 0);
      expect({ length, seqs, notes: notes.length }).toEqual({
        length,
        seqs: Array.from({ length: kept + 1 }, (_, i) => i + 1),
        notes: torn === '' || isWhole ? 0 : 1,
      });
    }
  });
});

describe('what stands in a file’s place', () => {
  test('a folder for the state, its copy or the journal is set aside', () => {
    saveClusterState(paths, state);
    rmSync(paths.state);
    mkdirSync(paths.state);
    expect(recover()).toMatchObject({ state: { name: 'single' }, notes: [expect.stringContaining('EISDIR'), expect.any(String)] });
    mkdirSync(paths.journal);
    const journal = new Journal(paths.journal, 'single', systemClock);
    expect(journal.mend()).toEqual([expect.stringContaining('could not be read')]);
    journal.record('a', null, 'a');
    expect(journal.read()).toHaveLength(1);
    expect(leftAside()).toHaveLength(2);
  });

  test('a whole file of another version is left where it is: the rmqdev that wrote it must find it again', () => {
    saveClusterState(paths, state);
    writeFileSync(paths.state, readFileSync(paths.state, 'utf8').replace('"version": 1', '"version": 2'));
    expect(recover()).toMatchObject({
      state: undefined,
      failure: { code: 'STATE_UNREADABLE', text: { why: expect.stringContaining('version 2') } },
    });
    expect(leftAside()).toEqual([]);
  });

  test('a state that somebody moved away is taken from the copy', () => {
    saveClusterState(paths, state);
    rmSync(paths.state);
    const { state: recovered, notes } = recover();
    expect({ name: recovered?.name, notes }).toEqual({
      name: 'single',
      notes: [`${paths.state} is missing`, expect.stringContaining(paths.stateCopy)],
    });
  });

  test('a journal that lost its events goes on above the number in the state', () => {
    const journal = new Journal(paths.journal, 'single', systemClock);
    journal.continueFrom(10);
    expect(journal.record('a', null, 'a').seq).toBe(11);
  });
});

describe('what the journal tells of since', () => {
  test('nothing that is part of the state already', () => {
    expect(brokerAfter(event(10, 'node-stopping', { intent: 'down' }))).toEqual(RUNNING);
  });

  test('a launch whose pid the state does not have', () => {
    expect(brokerAfter(event(11, 'node-launched', { pid: 77, startTime: 'u' }))).toEqual({
      ...RUNNING,
      identity: { pid: 77, startTime: 'u' },
      startedAt: Date.UTC(2026, 10, 20, 12),
      wasReady: false,
    });
  });

  test('a stop that was accepted, and one of another node', () => {
    expect(brokerAfter(event(11, 'node-stopping', { intent: 'down', restarts: 2 }))).toMatchObject({ intent: 'down', restarts: 2 });
    expect(brokerAfter(event(11, 'node-stopping', { intent: 'down' }, 'namesrv-1'))).toEqual(RUNNING);
    expect(brokerAfter(event(11, 'node-stopping', { intent: 'down' }, 'nobody'))).toEqual(RUNNING);
  });

  test('an end, with its record', () => {
    const exit = { at: 5, notBefore: null, code: 255, signal: null, adopted: false, cause: 'crashed', detail: null, finding: null };
    expect(brokerAfter(event(11, 'node-crashed', { ...exit, wasState: 'ready' }))).toMatchObject({ identity: null, lastExit: exit });
  });

  test('a pause and a resume', () => {
    expect(brokerAfter(event(11, 'node-paused', { intent: 'up' }))?.paused).toBe(true);
    expect(brokerAfter(event(11, 'node-paused'), event(12, 'node-unready'))?.paused).toBe(false);
  });

  test('nothing, where the state is of a daemon that kept no number', () => {
    expect(replay({ ...state, seq: null }, [event(11, 'node-stopping', { intent: 'down' })]).nodes.get('broker-a')?.snapshot).toEqual(
      RUNNING,
    );
  });
});
