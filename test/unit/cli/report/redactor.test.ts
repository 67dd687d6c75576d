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
  ['jdbc.url=x&pwd=s3&a=1', 'jdbc.url=x&pwd=<redacted>&a=1'],
  ['jdbc.pass=s3 s4', 'jdbc.pass=<redacted>'],
  ['x DB_PASS=s3 userPass: s4, bypass=1', 'x DB_PASS=<redacted> userPass: <redacted>, bypass=1'],
  ['GET /?signature=s3&x=1', 'GET /?signature=<redacted>&x=1'],
  ['["java","--password","s3","-x"]', '["java","--password","<redacted>","-x"]'],
  ['args:\n  - --password\n  - s3 s4', 'args:\n  - --password\n  - <redacted> s4'],
  [
    '<password>s3</password><passwordFile a="b">s4</passwordFile>',
    '<password><redacted></password><passwordFile a="b"><redacted></passwordFile>',
  ],
  [String.raw`{"password":"s3\"s4","a":1}`, '{"password":"<redacted>","a":1}'],
  [String.raw`"x": "{\"secretKey\":\"s3\\\"s4\",\"a\":1}"`, String.raw`"x": "{\"secretKey\":\"<redacted>\",\"a\":1}"`],
  ['log: token="s3 s4', 'log: token="<redacted>'],
  ['x credentials={"a":["s3"]}, y=1', 'x credentials=<redacted>, y=1'],
  ['redis://:s3@host', 'redis://<redacted>@host'],
  ['PWD=/x OLDPWD=/y', 'PWD=/x OLDPWD=/y'],
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

/** Every way to write a key with a value that was seen in a log, a configuration or a command line. */
const FORMS: readonly ((key: string, secret: string) => string)[] = [
  (key, secret) => `${key}=${secret}`,
  (key, secret) => `  ${key} : ${secret}`,
  (key, secret) => `export ${key}="${secret}"`,
  (key, secret) => `a b ${key}=${secret} c`,
  (key, secret) => `java -D${key}=${secret} x`,
  (key, secret) => `x --${key} ${secret} y`,
  (key, secret) => `x --${key}=${secret} y`,
  (key, secret) => `["--${key}","${secret}"]`,
  (key, secret) => `[ '--${key}' , '${secret}' ]`,
  (key, secret) => `- --${key}\n- ${secret}`,
  (key, secret) => `<${key}>${secret}</${key}>`,
  (key, secret) => JSON.stringify({ a: 1, [key]: secret, b: 2 }),
  (key, secret) => JSON.stringify({ [key]: `"${secret}" "` }),
  (key, secret) => JSON.stringify(JSON.stringify({ [key]: `x"${secret}` })),
  (key, secret) => JSON.stringify(JSON.stringify(JSON.stringify({ [key]: `x"${secret}` }))),
  (key, secret) => `jdbc:mysql://host/db?user=u&${key}=${secret}&x=1`,
  (key, secret) => `https://user:${secret}@host/?${key}=1`,
];
const KEYS =
  'password pwd jdbc.pass secretKey access-key signature API_KEY db.passwd tls.server.keyPassword myToken privateKey credentials'.split(
    ' ',
  );

test('no secret survives, in whatever form, in whatever surroundings', () => {
  const noise = fc.string({ unit: fc.constantFrom(...`ab1 .=:-_"'\\,;{}[]<>/@&`), maxLength: 40 });
  const secret = fc.string({ unit: fc.constantFrom(...'xyzXYZ019+/$!%'), minLength: 4, maxLength: 12 }).map((text) => `S3c${text}`);
  fc.assert(
    fc.property(noise, fc.constantFrom(...FORMS), fc.constantFrom(...KEYS), secret, (before, form, key, value) => {
      fc.pre(!(form === FORMS.at(-1) && /[/@]/.test(value)));
      expect(redacted(`${before}\n${form(key, value)}\n`)).not.toContain(value);
    }),
    { numRuns: 2_000 },
  );
});

test('the time grows with the text, not with its square', () => {
  const hostile = [
    'a.',
    '\\',
    'password="',
    '"',
    '://a:',
    '-----BEGIN ',
    '<password>',
    '--password ',
    'password=[',
    ' ',
    'a-a=',
    'authorization:',
    '\\"',
    'x:',
  ];
  // 800,000 characters: some 50 ms if the time grows with the text; longer than any test may take if it grows with its square.
  for (const unit of hostile) expect(redacted(unit.repeat(800_000 / unit.length)).length, JSON.stringify(unit)).toBeGreaterThan(0);
});
