import { expect, test } from 'vitest';
import { signedFields } from '../../../src/remoting/credentials.js';

const account = { accessKey: 'rocketmq2', secretKey: '12345678' };
const every = Buffer.from(Uint8Array.from({ length: 256 }, (_, byte) => byte));

/**
 * Made by the classes of the releases themselves: AclClientRPCHook.doBeforeRequest of 4.9.7 and of 5.5.0 on a RemotingCommand with these
 * fields and this body, on JDK 17. Both gave the same.
 */
const VECTORS = [
  {
    what: 'fields and a body',
    credentials: account,
    fields: { a: 'rmqdev-producer', b: 'Test', e: '0', i: 'TAGS\u0001TagA\u0002' },
    body: Buffer.from('body'),
    signature: '99g9oE329ZHPmvokiBhnjbcxuVE=',
  },
  { what: 'nothing', credentials: account, fields: {}, body: undefined, signature: 'Ou1T58RIcyZWaTIwzkhJZWn/Zvs=' },
  {
    what: 'a security token',
    credentials: { ...account, securityToken: 'sts-token' },
    fields: { topic: 'Test', queueId: '3' },
    body: undefined,
    signature: 'YApqHYHDuvH3Nxa1ZKb+AyjfXck=',
  },
  {
    what: 'text outside ASCII, and names that sort before and after the access key',
    credentials: { accessKey: 'schlüssel', secretKey: 'geheim€9' },
    fields: { topic: 'Übung', Zeta: '1', alpha: '2', _x: '3', SecurityToken2: '4' },
    body: Buffer.from('grüße'),
    signature: 'UeGCBiGDmYg5muO1vtzr4qyX7Nw=',
  },
  { what: 'every byte', credentials: account, fields: { topic: 'Test' }, body: every, signature: 'MVti8DUcSN6mUFH5fmdeNYMp0Ew=' },
];

test.each(VECTORS)('$what: signed as RocketMQ signs it', ({ credentials, fields, body, signature }) => {
  expect(signedFields(fields, body, credentials)).toEqual({
    ...fields,
    AccessKey: credentials.accessKey,
    ...('securityToken' in credentials && { SecurityToken: credentials.securityToken }),
    Signature: signature,
  });
});

test('a signature that is there already is replaced, and is no part of the new one', () => {
  expect(signedFields({ topic: 'Test', Signature: 'old' }, every, account)).toEqual(signedFields({ topic: 'Test' }, every, account));
});
