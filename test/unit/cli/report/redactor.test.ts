import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Redactor } from '../../../../src/cli/report/redactor.js';

const NAMES = {
  rmqdevHomes: ['/home/alice/.rmqdev'],
  homes: ['/home/alice'],
  hosts: ['alices-macbook.local', 'alices-macbook'],
  users: ['alice'],
};
const redacted = (text: string) => new Redactor(NAMES).text(text);

/** Names as they are given; none that a placeholder or a rule of its own holds. */
const name = fc
  .stringMatching(/^[a-z][a-z0-9]{3,11}$/)
  .filter((each) => !/^(?:localhost|root|admin|user|home|host|node|java|rocketmq|apache|broker|namesrv|rmqdev|redacted)$/.test(each));
/** Words between which anything may stand that is no letter and no digit. */
const filler = fc.stringMatching(/^[ =:;,()[\]"'<>/_.\n-]{1,4}$/);

test('host, user and home never appear in what is given out, wherever they stood', () => {
  fc.assert(
    fc.property(name, name, name, fc.array(fc.tuple(fc.nat(4), filler), { minLength: 1, maxLength: 40 }), (host, user, folder, parts) => {
      fc.pre(new Set([host, user, folder]).size === 3);
      const home = `/${folder}/${user}`;
      const redactor = new Redactor({ rmqdevHomes: [`${home}/.rmqdev`], homes: [home], hosts: [host], users: [user] });
      const words = [host, user, home, `${home}/.rmqdev/clusters`, 'broker-a'];
      const text = parts.map(([index, between]) => `${words[index]}${between}`).join('');
      const out = redactor.text(text);
      for (const secret of [host, user]) expect(out).not.toMatch(new RegExp(`(?<![A-Za-z0-9])${secret}(?![A-Za-z0-9])`));
      expect(out).not.toContain(home);
    }),
  );
});

test('text without any of them comes out as it went in, and redacting twice changes nothing more', () => {
  const own =
    /alice|\/(?:home|Users)\/|\d+\.\d+\.\d+\.\d|[0-9a-f]{4}:|access|secret|passw|passphrase|token|credential|key|authorization|:\/\/|-----BEGIN/i;
  fc.assert(
    fc.property(fc.string({ maxLength: 400, unit: 'grapheme' }), (text) => {
      fc.pre(!own.test(text));
      expect(redacted(text)).toBe(text);
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...SAMPLES.map(([before]) => before)), { maxLength: 10 }), (lines) => {
      const once = redacted(lines.join('\n'));
      expect(redacted(once)).toBe(once);
    }),
  );
});

const SAMPLES: readonly (readonly [string, string])[] = [
  ['/home/alice/.rmqdev/clusters/x', '<rmqdev-home>/clusters/x'],
  ['-Duser.home=/home/alice -XX:ErrorFile=/home/alice/a', '-Duser.home=<home> -XX:ErrorFile=<home>/a'],
  ['/home/bob/work and /mnt/c/Users/Bob/x', '/home/<user>/work and /mnt/c/Users/<user>/x'],
  ['Host: alices-macbook.local, 8 cores', 'Host: <host>, 8 cores'],
  ['alice@alices-macbook: malice', '<user>@<host>: malice'],
  ['brokerIP1=192.168.1.20', 'brokerIP1=<ip-1>'],
  ['10.0.0.5:10911 10.0.0.6:10911 10.0.0.5:9876', '<ip-1>:10911 <ip-2>:10911 <ip-1>:9876'],
  ['fe80::1ff:fe23:4567:890a and 2001:db8::1', '<ip-1> and <ip-2>'],
  ['accessKey=RocketMQ', 'accessKey=<redacted>'],
  ['password = a b c', 'password = <redacted>'],
  ['{"username":"u","password":"12345678"}', '{"username":"u","password":"<redacted>"}'],
  [String.raw`"x": "{\"secretKey\":\"s3\",\"a\":1}"`, String.raw`"x": "{\"secretKey\":\"<redacted>\",\"a\":1}"`],
  ['innerClientAuthenticationCredentials={"accessKey":"a"}', 'innerClientAuthenticationCredentials=<redacted>'],
  ['java -Dtls.server.keyPassword=abc -jar x', 'java -Dtls.server.keyPassword=<redacted> -jar x'],
  ['curl --token abc https://al:pw@example.org/', 'curl --token <redacted> https://<redacted>@example.org/'],
  ['export GITHUB_TOKEN=abc', 'export GITHUB_TOKEN=<redacted>'],
  ['Authorization: Bearer abc.def', 'Authorization: Bearer <redacted>'],
];

describe('what is replaced', () => {
  test.each(SAMPLES)('%s', (before, after) => expect(redacted(before)).toBe(after));
});

describe('what is left alone', () => {
  test.each([
    'listening on 127.0.0.1:10911, 0.0.0.0 and ::1',
    'Java 17.0.8.1+1, netty-4.1.2.3.jar, RocketMQ 5.5.0',
    'G1::fade, os::malloc, 12:34:56',
    'org.apache.rocketmq.broker.BrokerStartup',
    'at a.b.TokenFilter.doFilter(TokenFilter.java:45)',
    'secretKey=',
    'token: null',
  ])('%s', (text) => expect(redacted(text)).toBe(text));

  test('names that tell nothing, such as root', () => {
    const redactor = new Redactor({ rmqdevHomes: [], homes: ['/root'], hosts: ['localhost'], users: ['root'] });
    expect(redactor.text('/root/x storePathRootDir=/data/root, localhost')).toBe('<home>/x storePathRootDir=/data/root, localhost');
    expect(redactor.counts).toEqual({ '<home>': 1 });
  });
});
