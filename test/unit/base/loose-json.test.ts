import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseLooseJson, quoteIntegerKeys } from '../../../src/base/loose-json.js';

/** Writes JSON as fastjson does: keys that are integers go bare. */
function fastjson(value: unknown, blank: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => fastjson(item, blank)).join(`,${blank}`)}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => {
    const written = /^-?\d+$/.test(key) ? key : JSON.stringify(key);
    return `${blank}${written}${blank}:${blank}${fastjson(item, blank)}`;
  });
  return `{${entries.join(',')}${blank}}`;
}

const key = fc.oneof(fc.integer().map(String), fc.string({ unit: 'grapheme' }), fc.constantFrom('{0:', '",1:', '\\', '\\"'));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, '{0:1}', ',1:"', '\\"{2:', '"'),
    fc.integer(),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

test('what fastjson writes with bare integer keys reads as if they were quoted', () => {
  fc.assert(
    fc.property(value, fc.constantFrom('', ' ', '\n\t'), (original, blank) => {
      const expected = JSON.parse(JSON.stringify(original));
      expect(parseLooseJson(fastjson(original, blank))).toEqual(expected);
    }),
  );
});

test('standard JSON stays as it is', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(quoteIntegerKeys(text)).toBe(text);
    }),
  );
});

test('a cluster info reads, its addresses untouched', () => {
  const text = '{"brokerAddrTable":{"broker-a":{"brokerAddrs":{0:"127.0.0.1:10911",1:"127.0.0.1:10921"},"brokerName":"broker-a"}}}';
  expect(parseLooseJson(text)).toEqual({
    brokerAddrTable: { 'broker-a': { brokerAddrs: { 0: '127.0.0.1:10911', 1: '127.0.0.1:10921' }, brokerName: 'broker-a' } },
  });
});

test.each(['', '{0:', '{"a', '{"a\\', '{,1:2}', '{1.5:2}', '{0x:1}'])('%j is rejected', (text) => {
  expect(() => parseLooseJson(text)).toThrow(SyntaxError);
});
