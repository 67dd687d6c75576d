import fc from 'fast-check';
import { afterEach, beforeEach, test } from 'vitest';
import { stringify } from 'yaml';
import { RmqdevError } from '../../../src/base/errors.js';
import { showProfile } from '../../../src/profile/show-profile.js';
import { ProfileFolder } from './profile-folder.js';

let folder: ProfileFolder;
beforeEach(() => {
  folder = new ProfileFolder();
});
afterEach(() => folder.dispose());

const KEYS = [
  'extends',
  'nodes',
  'roles',
  'broker',
  'namesrv-1',
  'role',
  'heap',
  'jvm',
  'properties',
  'env',
  'restart',
  'backoff',
  'topics',
  'name',
];
const WORDS = ['single', '2m2s', 'broker', 'namesrv', 'broker-a', '512m', '5s', 'never', '1s..2s', '', 'a b', '__proto__', 'constructor'];

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(...WORDS),
    fc.constantFrom(null, true, -1, 0, 1, 9876, 10_911, 1.5, 1e21, Number.NaN),
    fc.string(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...KEYS, ...WORDS), fc.string()), tie('value'), { maxKeys: 5 }),
  ),
}));

/** Valid often enough to reach what comes after the schema. */
const nodes = fc.dictionary(
  fc.constantFrom('namesrv-1', 'broker-a', 'broker-a-s', 'Broker-A', 'broker-b'),
  fc.oneof(
    fc.constant(null),
    fc.record(
      {
        role: fc.constantFrom('namesrv', 'broker'),
        brokerId: fc.integer({ min: -1, max: 2 }),
        brokerName: fc.constantFrom('broker-a', 'broker-b', 'x y'),
        listenPort: fc.integer({ min: 10_909, max: 10_914 }),
        properties: fc.oneof(value, fc.dictionary(fc.string(), fc.string())),
      },
      { requiredKeys: [] },
    ),
  ),
);

const profileText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .array(
      fc.constantFrom(...KEYS, ...WORDS, ':', ': ', '- ', '\n', '\n  ', '[', ']', '{', '}', '&a ', '*a', '!x ', '#', '"', "'", '|', '? '),
    )
    .map((parts) => parts.join('')),
  value.map((plain) => stringify(plain)),
  fc.record({ nodes, topics: value, restart: value }, { requiredKeys: ['nodes'] }).map((plain) => stringify(plain)),
);

const option = fc.oneof(
  fc.string(),
  fc
    .tuple(
      fc.array(fc.constantFrom(...KEYS, 'broker-a', 'x'), { maxLength: 4 }),
      fc.oneof(fc.constantFrom(...WORDS, 'null', '[a', '{}'), fc.string()),
    )
    .map(([path, text]) => `${path.join('.')}=${text}`),
);

test('whatever a profile and the command line hold, the result is a profile that can be shown, or a RmqdevError that is not INTERNAL', async () => {
  await fc.assert(
    fc.asyncProperty(profileText, fc.array(option, { maxLength: 2 }), async (text, set) => {
      folder.write('p.yaml', text);
      try {
        showProfile(await folder.load('p.yaml', { set }), folder.cwd);
        await folder.load('single', { set });
      } catch (error) {
        if (!(error instanceof RmqdevError) || error.code === 'INTERNAL') throw error;
      }
    }),
    { numRuns: 500 },
  );
});
