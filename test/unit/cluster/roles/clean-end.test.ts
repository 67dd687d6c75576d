import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClusterPaths } from '../../../../src/base/paths.js';
import { brokerClosed, namesrvClosed } from '../../../../src/cluster/roles/clean-end.js';
import type { NodeSpec } from '../../../../src/cluster/spec/node-spec.js';
import { markLaunch, readLaunchMark } from '../../../../src/evidence/launch-mark.js';
import { profileOf, specsOf } from '../../../fakes/cluster.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rmqdev-end-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function node(id: string): NodeSpec {
  const [spec] = specsOf({ profile: profileOf([id]), version: '4.9.7' }) as [NodeSpec];
  const paths = new ClusterPaths(folder).node(id);
  mkdirSync(paths.store, { recursive: true });
  mkdirSync(paths.logs, { recursive: true });
  return { ...spec, paths, config: [] };
}

/** As 4.9.7 writes it at SIGTERM. */
const DONE = '2026-11-25 03:40:01 INFO ShutdownHook - shutdown hook done, consuming time total(ms): 3135\n';
const BOOT = '2026-11-25 03:39:13 INFO main - useEpollNativeSelector=false\n';

test('a broker has closed when its abort file is gone', () => {
  const broker = node('broker-a');
  expect(brokerClosed(broker)).toBe(true);
  writeFileSync(join(broker.paths.store, 'abort'), '');
  expect(brokerClosed(broker)).toBe(false);
});

test('a NameServer has closed when its hook said so since its launch; the line of an earlier launch is none', async () => {
  const namesrv = node('namesrv-1');
  const log = join(namesrv.paths.logs, 'namesrv.log');
  expect(namesrvClosed(namesrv, 0)).toBe(false);
  writeFileSync(log, BOOT + DONE);
  await markLaunch(namesrv.paths.root, Date.now());
  expect(namesrvClosed(namesrv, 0)).toBe(false);
  appendFileSync(log, BOOT);
  expect(namesrvClosed(namesrv, 0)).toBe(false);
  appendFileSync(log, DONE);
  expect(namesrvClosed(namesrv, 0)).toBe(true);
});

test('a mark that was torn at whatever byte is none', async () => {
  const namesrv = node('namesrv-1');
  writeFileSync(join(namesrv.paths.logs, 'namesrv.log'), BOOT + DONE);
  await markLaunch(namesrv.paths.root, Date.now());
  const file = join(namesrv.paths.root, 'run', 'launch.json');
  const whole = readFileSync(file);
  for (let length = 0; length < whole.length - 1; length += 1) {
    writeFileSync(file, whole.subarray(0, length));
    expect(readLaunchMark(namesrv.paths.root)).toBeUndefined();
  }
  // Then the time of the last write decides.
  expect([namesrvClosed(namesrv, 0), namesrvClosed(namesrv, Date.now() + 3_600_000)]).toEqual([true, false]);
});
