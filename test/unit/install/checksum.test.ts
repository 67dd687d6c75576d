import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { parseSha512 } from '../../../src/install/checksum.js';

const hex = createHash('sha512').update('release').digest('hex');
const file = 'rocketmq-all-5.5.0-bin-release.zip';
const gpg = hex.toUpperCase().replace(/.{8}/g, '$& ').replace(/.{36}/g, '$&\n        ');

test.each([
  ['the bare digest', `${hex}\n`],
  ['sha512sum', `${hex}  ${file}\n`],
  ['sha512sum of a file whose name starts with a hex digit', `${hex}  apache-${file}\n`],
  ['sha512sum in binary mode', `${hex} *${file}\n`],
  ['gpg --print-md', `${file}: ${gpg}\n`],
  ['gpg --print-md with the digest on lines of its own', `${file}:\n${gpg}\n`],
  ['BSD', `SHA512 (${file}) = ${hex}\n`],
])('reads %s', (_, text) => expect(parseSha512(text)).toBe(hex));

test.each([
  ['an empty file', ''],
  ['an error page', '<html><title>404: not found</title></html>'],
  ['a digest cut off', hex.slice(0, 127)],
  ['a SHA-256', hex.slice(0, 64)],
  ['a digest that is too long', `${hex}ab`],
])('finds no digest in %s', (_, text) => expect(parseSha512(text)).toBeUndefined());
