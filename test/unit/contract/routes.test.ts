import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CALLS } from '../../../src/contract/calls.js';
import { ROUTES } from '../../../src/contract/routes.js';

const routes = Object.entries(ROUTES);

test('the places and the schemas name the same calls', () => {
  expect(Object.keys(ROUTES).sort()).toEqual(Object.keys(CALLS).sort());
  for (const [name, { method, path }] of routes) expect({ method, path }).toEqual(CALLS[name as keyof typeof CALLS]);
});

test('no two calls share a method and a path, whatever a name in the path may be', () => {
  const places = routes.map(([, { method, path }]) => `${method} ${path.replace(/:\w+/g, ':')}`);
  expect(new Set(places).size).toBe(places.length);
  for (const [, { path }] of routes) expect(path).toMatch(/^\/v1\/[a-z:/-]+$/);
});

test.each(routes)('%s: each name in its path is a field that must be there', (_, { path, params }) => {
  for (const [, name = ''] of path.matchAll(/:(\w+)/g)) {
    const field = (params.shape as Record<string, { isOptional(): boolean }>)[name];
    expect(field?.isOptional()).toBe(false);
  }
});

test.each(routes)('%s refuses fields that it does not have', (_, { params }) => {
  const { error } = params.safeParse({ surprise: 1 });
  expect(error?.issues.map(({ code }) => code)).toContain('unrecognized_keys');
});

test('a GET changes nothing: it is a question', () => {
  const questions = routes.filter(([, { method }]) => method === 'GET').map(([name]) => name);
  const expected = [
    'hello',
    'clusters',
    'clusterStatus',
    'clusterReach',
    'events',
    'explain',
    'logFiles',
    'report',
    'resolveCluster',
    'profiles',
    'versions',
  ];
  expect(questions.sort()).toEqual(expected.sort());
});

/** Loading zod costs a third of an empty Node.js start: the CLI must do without it. */
test('what the client loads of the contract needs no schema', () => {
  expect(readFileSync(new URL('../../../src/contract/calls.ts', import.meta.url), 'utf8')).not.toMatch(/^import .* from/m);
});
