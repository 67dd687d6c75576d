import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/base/clock.js';
import { storeClosing } from '../../../../src/cluster/roles/clean-end.js';
import { brokerClosing, namesrvClosing } from '../../../../src/cluster/roles/closings.js';
import { completeKvWrite } from '../../../../src/cluster/roles/namesrv-kv.js';
import { nodeProfile, profileOf, specOf } from '../../../fakes/cluster.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rmqdev-closings-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
}

describe('a broker', () => {
  const TABLES = ['delayOffset', 'topics', 'subscriptionGroup', 'consumerOffset', 'consumerOrderInfo'];
  let holders: number[] | Error;
  const platform = {
    lockHolders: async () => {
      if (holders instanceof Error) throw holders;
      return holders;
    },
  };
  const broker = (version: string, properties: Record<string, string> = {}) =>
    specOf('broker-a', { root, version, profile: profileOf(['namesrv-1', nodeProfile('broker-a', { properties })]) });
  const store = (...path: string[]) => join(broker('5.5.0').paths.store, ...path);
  const saveTables = (text: string, but = '') => {
    for (const name of TABLES) if (name !== but) write(store('config', `${name}.json`), text);
  };
  const close = () => rmSync(store('abort'));

  beforeEach(() => {
    holders = [];
    saveTables('{}');
    write(store('abort'), '');
  });

  test('of 5.x is closed once abort is gone, its tables are written and the lock of its store is free', async () => {
    holders = [4711];
    const isClosed = storeClosing(broker('5.5.0'), platform);
    expect(await isClosed()).toBe(false);
    saveTables('{"a":1}');
    expect(await isClosed(), 'abort').toBe(false);
    close();
    expect(await isClosed(), 'the lock').toBe(false);
    holders = [];
    expect(await isClosed()).toBe(true);
  });

  test.each(TABLES)('is not closed before %s.json is written', async (table) => {
    const isClosed = storeClosing(broker('5.3.3'), platform);
    close();
    saveTables('{"a":1}', table);
    expect(await isClosed()).toBe(false);
    saveTables('{"a":1}');
    expect(await isClosed()).toBe(true);
  });

  test.each([
    ['whose release ends right after its store', broker4()],
    ['that keeps tables in RocksDB', { version: '5.5.0', properties: { configManagerVersion: 'v2' } }],
    ['that keeps accounts in RocksDB', { version: '5.3.3', properties: { authenticationEnabled: 'true' } }],
    ['that keeps queues in RocksDB', { version: '5.5.0', properties: { storeType: 'defaultRocksDB' } }],
  ])('%s is waited for', async (_, { version, properties }) => {
    const isClosed = storeClosing(broker(version, properties), platform);
    saveTables('{"a":1}');
    close();
    expect(await isClosed()).toBe(false);
  });
  function broker4() {
    return { version: '4.9.7', properties: {} };
  }

  test('that has no abort file when it is told to end proves nothing: it starts, or another stop has closed it', async () => {
    close();
    const isClosed = storeClosing(broker('5.5.0'), platform);
    saveTables('{"a":1}');
    expect(await isClosed()).toBe(false);
  });

  test('is waited for if nobody can say who holds the lock, or its tables are gone', async () => {
    const isClosed = storeClosing(broker('5.5.0'), platform);
    saveTables('{"a":1}');
    close();
    holders = new Error('no lsof');
    expect(await isClosed()).toBe(false);
    holders = [];
    rmSync(store('config'), { recursive: true });
    expect(await isClosed()).toBe(false);
  });
});

test('a broker’s servers have connections from before its SIGTERM to its end, which wake the thread that the stop joins', async () => {
  const held: string[] = [];
  let closed = 0;
  const holdConnection = (host: string, port: number) => {
    held.push(`${host}:${port}`);
    return {
      // One of a hung broker, whose backlog is full.
      settled: new Promise<void>(() => {}),
      close: () => {
        closed += 1;
      },
    };
  };
  const closing = brokerClosing(specOf('broker-a', { root }), {
    clock: systemClock,
    platform: { lockHolders: async () => [] },
    holdConnection,
  });
  expect(held).toEqual([]);
  await closing.ready();
  expect([...new Set(held)]).toEqual(['127.0.0.1:10911', '127.0.0.1:10909']);
  expect(closed).toBe(0);
  closing.end();
  expect(closed).toBe(held.length);
});

describe('a NameServer', () => {
  const namesrv = (overrides = {}) => specOf('namesrv-1', { root, profile: profileOf([nodeProfile('namesrv-1', overrides), 'broker-a']) });
  const file = (suffix = '') => join(namesrv().paths.root, 'namesrv', `kvConfig.json${suffix}`);
  const isClosed = (overrides = {}) => namesrvClosing(namesrv(overrides)).isClosed();

  test('that never wrote its KV file holds nothing', async () => {
    expect(await isClosed()).toBe(true);
  });

  test('is not killed while it writes that file, whatever way its release writes it', async () => {
    write(file(), '{"configTable":{}}');
    expect(await isClosed()).toBe(true);
    write(file('.tmp'), '{"configTa');
    expect(await isClosed(), 'new text').toBe(false);
    rmSync(file());
    expect(await isClosed(), 'deleted, not renamed').toBe(false);
    rmSync(file('.tmp'));
    write(file('.bak'), '{"configTable":{}}');
    write(file(), '{"configTa');
    expect(await isClosed(), 'written over').toBe(false);
  });

  test('one whose JVM writes something at its end gets the time for it', async () => {
    expect(await isClosed({ jvm: ['-javaagent:/jacoco.jar=destfile=/tmp/jacoco.exec'] })).toBe(false);
    expect(await isClosed({ jvm: ['-XX:StartFlightRecording=dumponexit=true'] })).toBe(false);
    expect(await isClosed({ env: { JAVA_TOOL_OPTIONS: '-XX:AOTCacheOutput=a.aot' } })).toBe(false);
  });

  test('a write that a kill cut is completed at the next launch, or what was before it is put back', async () => {
    expect(await completeKvWrite(namesrv())).toBeUndefined();
    write(file('.tmp'), '{"new":1}');
    write(file('.bak'), '{"old":1}');
    expect(await completeKvWrite(namesrv())).toBe(file('.tmp'));
    expect(await isClosed()).toBe(true);
    write(file('.tmp'), '{"ne');
    rmSync(file());
    expect(await completeKvWrite(namesrv())).toBe(file('.bak'));
    write(file(), '{"fine":1}');
    expect(await completeKvWrite(namesrv())).toBeUndefined();
  });
});
