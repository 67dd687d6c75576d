import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useHarness } from '../../support/harness.js';

const harness = useHarness();

const whole = (...names: string[]) =>
  JSON.stringify({ topicConfigTable: Object.fromEntries(names.map((name) => [name, { topicName: name }])) });

test('a start on a damaged topics.json says what is lost, and so does the status until the next launch', async () => {
  const h = harness();
  await h.up('single');
  expect(await h.run('down')).toMatchObject({ code: 0 });
  const config = join(h.home.cluster('single').node('broker-a').store, 'config');
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, 'topics.json'), whole('V1', 'V2').slice(0, -3));
  writeFileSync(join(config, 'topics.json.bak'), whole('V1'));
  const start = await h.run('start', 'all');
  const said = 'RocketMQ 4.9.7 loads its copy topics.json.bak, which lacks topic V2.';
  expect(start).toMatchObject({ code: 0 });
  expect(`${start.stdout}${start.stderr}`.split(said)).toHaveLength(2);
  expect((await h.status()).notices).toEqual([expect.stringContaining(said)]);
  writeFileSync(join(config, 'topics.json'), whole('V1'));
  expect(await h.run('restart', 'broker-a')).toMatchObject({ code: 0 });
  expect((await h.status()).notices).toBeUndefined();
});
