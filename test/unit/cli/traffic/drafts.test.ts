import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { addressesOf } from '../../../../src/cli/traffic/access.js';
import { checkName } from '../../../../src/cli/traffic/check-name.js';
import { type DraftOptions, draftsOf } from '../../../../src/cli/traffic/drafts.js';

async function drafts(options: Partial<DraftOptions>) {
  const made = [];
  for await (const draft of (await draftsOf({ count: undefined, property: [], ...options })).drafts)
    made.push({ ...draft, body: draft.body.toString() });
  return made;
}

test('{n} is the number of the message in body, tag, key and properties', async () => {
  expect(
    await drafts({ count: 2, body: 'b{n}', tag: 't{n}', key: 'k{n} all', property: ['p=v{n}', 'q=a=b'], delay: 3, orderBy: 'p' }),
  ).toEqual([
    { body: 'b1', tags: 't1', keys: 'k1 all', properties: { p: 'v1', q: 'a=b' }, delayLevel: 3, shardingKey: 'v1' },
    { body: 'b2', tags: 't2', keys: 'k2 all', properties: { p: 'v2', q: 'a=b' }, delayLevel: 3, shardingKey: 'v2' },
  ]);
});

test('without a word one greeting; with a size that many bytes', async () => {
  expect(await drafts({})).toEqual([{ body: 'Hello RocketMQ 1', properties: {} }]);
  expect(await drafts({ size: '2k' })).toEqual([{ body: 'x'.repeat(2_048), properties: {} }]);
});

test('a message for each line of a file that is not blank, at most so many', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rmqdev-drafts-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'lines');
  writeFileSync(file, 'one\r\n\ntwo ü\nthree');
  expect((await drafts({ file, orderBy: 'body' })).map(({ body, shardingKey }) => [body, shardingKey])).toEqual([
    ['one', 'one'],
    ['two ü', 'two ü'],
    ['three', 'three'],
  ]);
  expect((await drafts({ file, count: 2 })).map(({ body }) => body)).toEqual(['one', 'two ü']);
  await expect(drafts({ file: join(folder, 'none') })).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
});

test.each<[Partial<DraftOptions>, string]>([
  [{ body: 'x', size: '1k' }, '--body and --size'],
  [{ size: 'much' }, '--size much'],
  [{ delay: 19 }, '--delay 19'],
  [{ property: ['nonsense'] }, '--property nonsense'],
  [{ property: ['TAGS=x'] }, '--property TAGS=x'],
  [{ property: ['a=\u0001'] }, '--property'],
  [{ orderBy: 'key' }, '--order-by key'],
])('%j is refused before anything is sent', async (options, what) => {
  await expect(drafts(options)).rejects.toMatchObject({ code: 'USAGE', text: { what: expect.stringContaining(what) } });
});

test('NameServer addresses as NAMESRV_ADDR has them', () => {
  expect(addressesOf('127.0.0.1:9876;ns.example:9877, [::1]:9878')).toEqual(['127.0.0.1:9876', 'ns.example:9877', '[::1]:9878']);
  for (const wrong of ['', 'localhost', 'a:b', '127.0.0.1:9876;x']) expect(() => addressesOf(wrong)).toThrow(/--namesrv/);
});

test('a name that RocketMQ would refuse is refused with one that it takes', () => {
  checkName('topic', '%RETRY%my-app_1|x');
  expect(() => checkName('topic', 'my topic')).toThrow(/such as my-topic/);
  expect(() => checkName('topic', 'x'.repeat(128))).toThrow(/127 are allowed/);
  expect(() => checkName('group', '')).toThrow(/at least one/);
});
