import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Rmqdev, withRmqdev } from '../e2e/support/rmqdev.js';
import { until } from '../support/until.js';
import { ApiServer } from './support/api-server.js';
import { operatorDefinitions } from './support/operator.js';

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.open();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const TOPICS = 'topics: [orders, { name: t2, queues: 4, brokers: [broker-a] }]\ngroups: [billing]\n';

async function exported(rmqdev: Rmqdev, profile: string, ...options: string[]): Promise<string> {
  const file = join(rmqdev.home, 'manifest.yaml');
  writeFileSync(file, (await rmqdev.run('export', 'kubernetes', profile, ...options)).stdout);
  return file;
}

const objectsIn = (file: string) => parseAllDocuments(readFileSync(file, 'utf8')).length;
const taken = (answer: string) => answer.split('\n').filter((line) => line.endsWith('serverside-applied (server dry run)')).length;

test.each(['single', '2m2s', '2m-noslave', 'dledger', 'controller', 'proxy'])('%s: the API server takes every object', (profile) =>
  withRmqdev(async (rmqdev) => {
    const file = await exported(rmqdev, profile);
    expect(taken(await server.dryRun(file))).toBe(objectsIn(file));
  }),
);

test('topics, groups, heaps, options and environment too', () =>
  withRmqdev(async (rmqdev) => {
    const nodes = 'roles: { broker: { heap: 512m, jvm: [-Da=b], env: { TZ: UTC } } }\n';
    writeFileSync(join(rmqdev.home, 'shop.yaml'), `extends: 2m2s-sync\n${TOPICS}${nodes}`);
    const file = await exported(rmqdev, './shop.yaml');
    expect(taken(await server.dryRun(file))).toBe(objectsIn(file));
  }));

test('a field that Kubernetes does not know would be refused', () =>
  withRmqdev(async (rmqdev) => {
    const file = await exported(rmqdev, 'single');
    writeFileSync(file, readFileSync(file, 'utf8').replace('image:', 'imag:'));
    await expect(server.dryRun(file)).rejects.toThrow(/imag.*(?:field not declared|unknown field)|unknown field.*imag/);
  }));

test.each(['single', '2m2s', '2m-noslave'])('%s: the API server takes the resources of the operator, by its definitions', (profile) =>
  withRmqdev(async (rmqdev) => {
    await server.kubectl('apply', '--server-side', '-f', await operatorDefinitions());
    const file = await exported(rmqdev, profile, '--operator');
    // A definition counts a moment after it was made.
    await until(async () => expect(taken(await server.dryRun(file))).toBe(objectsIn(file)));
  }),
);
