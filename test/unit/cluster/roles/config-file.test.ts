import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { driftedKeys, renderConfig, writeConfigFiles } from '../../../../src/cluster/roles/config-file.js';
import { profileOf, specOf } from '../../../fakes/cluster.js';

/** Reads a file as java.util.Properties.load does. Source: the Javadoc of that method. */
function readAsJava(text: string): Map<string, string> {
  const unescaped = (part: string) =>
    part.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_, hex?: string, char = '') => {
      if (hex) return String.fromCharCode(Number.parseInt(hex, 16));
      return { t: '\t', n: '\n', r: '\r', f: '\f' }[char as string] ?? (char as string);
    });
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.replace(/^[ \t\f]+/, ''));
  const entries = lines.filter((line) => line !== '' && !/^[#!]/.test(line));
  return new Map(
    entries.map((line) => {
      expect(line).toMatch(/^[\x20-\x7e]*$/);
      const [, key = '', value = ''] = /^((?:\\.|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*(.*)$/.exec(line) ?? [];
      return [unescaped(key), unescaped(value)];
    }),
  );
}

const spec = specOf('broker-a');
const withValue = (value: string) => ({ ...spec, config: [{ key: 'brokerName', value, reason: 'a reason' }] });

test.each([
  ['C:\\store\\a', 'brokerName=C:\\\\store\\\\a'],
  [' two  blanks ', 'brokerName=\\ two  blanks '],
  ['größe', 'brokerName=gr\\u00f6\\u00dfe'],
  ['one\ntwo\t', 'brokerName=one\\u000atwo\\u0009'],
  ['=a:b#c!', 'brokerName==a:b#c!'],
  ['', 'brokerName='],
])('the value %j is written as %s', (value, line) => {
  expect(renderConfig(withValue(value)).trimEnd().split('\n').at(-1)).toBe(line.trimEnd());
});

test('whatever the value, the JVM reads what the profile says', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('\\', ' ', '=', ':', '#', '\n', '\r', '\t', 'ü', 'a') })),
      (value) => {
        expect(readAsJava(renderConfig(withValue(value))).get('brokerName')).toBe(value);
      },
    ),
  );
});

test('and what the JVM was given has not drifted', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const { config } = withValue(value);
      expect(driftedKeys(config, renderConfig(withValue(value)))).toEqual([]);
    }),
  );
});

test('node.conf is for people: what it is, and a reason above each line; the copy has the same values and no comment', async () => {
  const root = mkdtempSync(join(tmpdir(), 'rmqdev-conf-'));
  try {
    const node = specOf('broker-a', { root, profile: profileOf(undefined, { flush: 'sync' }) });
    await writeConfigFiles(node);
    const [text, copy] = [node.paths.config, node.paths.runConfig].map((file) => readFileSync(file, 'utf8')) as [string, string];
    expect(text).toMatch(/^# broker-a: SYNC_MASTER of cluster 2m2s, RocketMQ 5\.5\.0, JDK 17\.0\.9\.\n/);
    expect(text).toContain('# profile: flush\nflushDiskType=SYNC_FLUSH\n');
    expect(copy).not.toContain('#');
    expect(readAsJava(copy)).toEqual(readAsJava(text));
    expect(readAsJava(copy)).toEqual(new Map(node.config.map(({ key, value }) => [key, value])));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

const config = [
  { key: 'flushDiskType', value: 'ASYNC_FLUSH', reason: '' },
  { key: 'storePathRootDir', value: '/home/größe/a\\b', reason: '' },
];

test.each([
  ['a value that somebody changed', 'flushDiskType=SYNC_FLUSH\n', ['flushDiskType']],
  ['a key that is missing', 'storePathRootDir=/home/größe/a\\b\n', []],
  ['keys of the broker’s own', 'flushDiskType=ASYNC_FLUSH\nbrokerIP2=10.0.0.1\n', []],
  ['a comment', '#flushDiskType=SYNC_FLUSH\n', []],
  // Source: common/.../MixAll.java properties2String: a broker that rewrites its file escapes nothing.
  ['a path as a broker rewrites it', 'storePathRootDir=/home/größe/a\\b\r\n', []],
  ['a path as rmqdev writes it', 'storePathRootDir=/home/gr\\u00f6\\u00dfe/a\\\\b\n', []],
  ['another path', 'storePathRootDir=/home/other\n', ['storePathRootDir']],
  ['an empty value', 'flushDiskType=\n', ['flushDiskType']],
  ['nothing', '', []],
])('drift: %s', (_, text, keys) => {
  expect(driftedKeys(config, text)).toEqual(keys);
});
