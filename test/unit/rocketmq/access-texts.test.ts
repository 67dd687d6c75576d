import { expect, test } from 'vitest';
import { ACCESS_TEXTS, accessRefusalOf } from '../../../src/rocketmq/access-texts.js';

test.each(ACCESS_TEXTS)('code $code with "$example" is $refusal', ({ code, example, refusal }) => {
  expect(accessRefusalOf({ code, remark: example })).toBe(refusal);
});

test.each([
  { what: 'a topic without write permission', code: 16, remark: 'the broker[127.0.0.1:10911] sending message is forbidden' },
  { what: 'any other exception', code: 1, remark: 'java.lang.NullPointerException: null, No accessKey is configured' },
  { what: 'another code', code: 17, remark: 'username cannot be null.' },
  { what: 'no remark', code: 16, remark: undefined },
])('$what is no refusal of access control', ({ code, remark }) => {
  expect(accessRefusalOf({ code, remark })).toBeUndefined();
});
