import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SHIPPED_PROFILES } from '../../../src/profile/find-profile.js';
import { profileJsonSchema } from '../../../src/profile/json-schema.js';

type Schema = {
  description?: string;
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
};

const schema: Schema = JSON.parse(profileJsonSchema());

test('profiles/profile.schema.json is current (npm run build && node scripts/generate-schema.mjs)', () => {
  expect(readFileSync(join(SHIPPED_PROFILES, 'profile.schema.json'), 'utf8')).toBe(profileJsonSchema());
});

test('an editor can explain every key', () => {
  const undescribed = (part: Schema, path: string): string[] => [
    ...Object.entries(part.properties ?? {}).flatMap(([key, inner]) => [
      ...(inner.description ? [] : [`${path}.${key}`]),
      ...undescribed(inner, `${path}.${key}`),
    ]),
    ...(part.anyOf ?? []).flatMap((inner) => undescribed(inner, path)),
    ...(part.items ? undescribed(part.items, `${path}[]`) : []),
    ...(typeof part.additionalProperties === 'object' ? undescribed(part.additionalProperties, `${path}.*`) : []),
  ];
  expect(undescribed(schema, '')).toEqual([]);
  expect(Object.keys(schema.properties ?? {})).toContain('nodes');
});

test('a node may be null, an unknown key may not be', () => {
  const nodes = schema.properties?.nodes?.anyOf?.[0]?.additionalProperties as Schema;
  expect(nodes.anyOf).toContainEqual({ type: 'null' });
  expect(schema.additionalProperties).toBe(false);
});
