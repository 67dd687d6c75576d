import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Evidence, NO_EVIDENCE } from '../../../src/diagnose/evidence.js';
import { explain } from '../../../src/diagnose/explain.js';
import { SYMPTOMS } from '../../../src/rocketmq/symptoms.js';
import { evidenceFile, nodeFixtures, pasted } from '../../support/node-fixtures.js';

const crashes = nodeFixtures('crashes');
const crash = (version: string, name: string): Evidence =>
  (crashes.find((fixture) => fixture.version === version && fixture.name === name) as { evidence: Evidence }).evidence;
const first = (evidence: Evidence) => {
  const [finding] = explain(evidence);
  if (!finding) throw new Error('no finding');
  return finding;
};

describe('which of the three sockets is taken, and by whom', () => {
  const HOLDER = { pid: 4711, command: 'node' };

  test.each(['4.7.0', '4.9.7', '5.3.3', '5.5.0'])('%s', (version) => {
    for (const socket of ['listen', 'fast', 'ha'] as const) {
      const evidence = crash(version, `${socket}-busy`);
      const port = evidence.ports[socket] as number;
      const { what, why } = first({ ...evidence, portHolders: [{ port, socket, ...HOLDER }] });
      expect(what).toContain(String(port));
      expect(what).toMatch({ listen: /listenPort \d+$/, fast: /fast port/, ha: /HA port/ }[socket]);
      expect(why).toContain('pid 4711 (node)');
    }
  });

  test('4.x does not say which, and without the holders the finding does not pretend to know', () => {
    const { what, why } = first({ ...crash('4.9.7', 'fast-busy'), portHolders: [] });
    expect(what).toMatch(/listenPort \d+ or its fast port \d+/);
    expect(why).toContain('does not say which');
  });

  test('a NameServer has one', () => {
    expect(first(crash('5.5.0', 'namesrv-port-busy')).what).toMatch(/^namesrv-1 could not open listenPort \d+$/);
  });
});

test('a store locked by another JVM beats what its clean-up says, and says which store', () => {
  const { code, why, next } = first(crash('5.5.0', 'store-locked'));
  expect(code).toBe('STORE_LOCKED');
  expect(why).toContain('/home/dev/rocketmq/first/store');
  expect(next).toContain('lsof /home/dev/rocketmq/first/store/lock');
});

test.each(['4.7.0', '4.9.7', '5.3.3', '5.5.0'])('a corrupt topics.json of %s is named, with what is lost and how to go on', (version) => {
  const { what, why, next, at } = first(crash(version, 'corrupt-topics'));
  expect(what).toBe('broker-a could not read topics.json');
  expect(why).toMatch(/neither .*\/config\/topics\.json nor its backup topics\.json\.bak is valid JSON/);
  expect(next).toContain('rmqdev reset broker-a');
  expect(at[0]).toMatchObject({ file: 'broker.log', line: expect.any(Number), text: expect.stringContaining('topics.json') });
});

test('a heap too small says its size and the option', () => {
  const { why, next } = first(crash('5.5.0', 'heap-8m'));
  expect(why).toContain('8.0 MB');
  expect(next).toContain('--heap broker-a=512m');
});

test('a changed file size names the key, the old value and the file', () => {
  const { why, next } = first(crash('4.9.7', 'file-size-changed'));
  expect(why).toContain('mappedFileSizeCommitLog');
  expect(next).toContain('broker-a.properties.mappedFileSizeCommitLog=67108864');
  expect(first(crash('4.9.7', 'queue-file-size-changed')).why).toContain('mappedFileSizeConsumeQueue');
  expect(first(crash('4.9.7', 'commitlog-cut')).why).toContain('cut short');
});

test('the place is the line in the file, not in what was read of it', () => {
  const file = { ...evidenceFile('store', 'one\ntwo\njava.lang.RuntimeException: Lock failed,MQ already started'), firstLine: 101 };
  expect(first({ ...NO_EVIDENCE, files: [file] }).at).toEqual([
    { file: 'store.log', line: 103, text: 'java.lang.RuntimeException: Lock failed,MQ already started' },
  ]);
});

describe('an exit status alone', () => {
  const exited = (code: number | null, signal: string | null = null) => ({ ...NO_EVIDENCE, exit: { code, signal, adopted: false } });

  test.each([
    [253, 'STORE_NOT_LOADED'],
    [254, 'ROCKETMQ_HOME_MISSING'],
    [252, 'CONTROLLER_AND_DLEDGER'],
    [255, 'START_FAILED'],
    [1, 'START_FAILED'],
    [3, 'HEAP_OUT_OF_MEMORY'],
    [134, 'JVM_CRASHED'],
    [139, 'JVM_CRASHED'],
    [137, 'KILLED_FROM_OUTSIDE'],
    [143, 'ENDED_ORDERLY'],
    [0, 'ENDED_ORDERLY'],
  ])('%i', (code, finding) => {
    expect(explain(exited(code)).map((each) => each.code)).toEqual([finding]);
  });

  test('a kill with no memory left is the kernel’s', () => {
    const memory = { totalBytes: 16e9, availableBytes: 2e8 };
    expect(explain({ ...exited(null, 'SIGKILL'), memory }).map(({ code }) => code)).toEqual(['KILLED_BY_KERNEL']);
  });

  test('an adopted node without a word in its files has none', () => {
    expect(explain({ ...NO_EVIDENCE, exit: { code: null, signal: null, adopted: true } })).toEqual([]);
    expect(explain(NO_EVIDENCE)).toEqual([]);
  });
});

describe('what somebody pastes', () => {
  test.each([
    [
      '2026-11-20 20:00:00 WARN main - /d/store/commitlog/00000000000000000000\t1073741824 length not matched message store config value, please check it manually',
      'STORE_FILE_SIZE_CHANGED',
    ],
    ['Exception in thread "main" java.lang.RuntimeException: Lock failed,MQ already started', 'STORE_LOCKED'],
    ['java.net.BindException: Address already in use', 'PORT_IN_USE'],
    ["Unrecognized VM option 'UseConcMarkSweepGC'", 'JVM_OPTION_UNKNOWN'],
    ['Unrecognized option: --add-opens=java.base/java.nio=ALL-UNNAMED', 'JDK_TOO_OLD'],
    ['org.apache.rocketmq.client.exception.MQClientException: No route info of this topic, TopicTest', 'CLIENT_NO_ROUTE'],
    ['org.apache.rocketmq.client.exception.MQClientException: No route info of this topic: TopicTest', 'CLIENT_NO_ROUTE'],
    ['No name server address, please set it.', 'CLIENT_NO_NAMESRV'],
    ['RemotingTooMuchRequestException: sendDefaultImpl call timeout', 'CLIENT_SEND_TIMEOUT'],
    ['RemotingConnectException: connect to <172.17.0.1:10909> failed', 'CLIENT_CONNECT_FAILED'],
    ['SendResult [sendStatus=SLAVE_NOT_AVAILABLE, msgId=7F000001, offsetMsgId=null]', 'CLIENT_SLAVE_NOT_AVAILABLE'],
    [
      "CODE: 14  DESC: service not available now. It may be caused by one of the following reasons: the broker's disk is full [CL:  0.92",
      'DISK_FULL',
    ],
    [
      'CODE: 2  DESC: [TIMEOUT_CLEAN_QUEUE]broker busy, start flow control for a while, period in queue: 205ms, size of queue: 880',
      'BROKER_BUSY',
    ],
    ['CODE: 2  DESC: [REJECTREQUEST]system busy, start flow control for a while', 'REQUEST_REJECTED'],
    ['HAClient connect to master null failed', 'SLAVE_NEVER_CONNECTS'],
    ['2026-11-20 20:00:00 WARN brokerOutApi_thread_1 - registerBroker Exception, 127.0.0.1:9876', 'NAMESRV_UNREACHABLE'],
    ['2026-11-20 20:00:00 INFO main - last shutdown abnormally', 'STORE_SHUT_DOWN_ABNORMALLY'],
    ['There is insufficient memory for the Java Runtime Environment to continue.', 'NOT_ENOUGH_MEMORY'],
    ['-Djava.ext.dirs=/usr/lib/jvm/jre/lib/ext is not supported.  Use -classpath instead.', 'JAVA_EXT_DIRS'],
    [
      'java.lang.UnsupportedClassVersionError: com/acme/Plugin has been compiled by a more recent version of the Java Runtime (class file version 65.0)',
      'JDK_TOO_OLD',
    ],
    ['java.lang.UnsatisfiedLinkError: /tmp/jna-3506402/jna6.tmp: dlopen failed: incompatible architecture', 'JNA_LIBRARY'],
    ['find RocksDBConsumeQueue in original/separate path, maybe incompatible config.', 'ROCKSDB_PATH_CHANGED'],
    ['librocksdbjni-linux-aarch64.so was not found inside JAR.', 'ROCKSDB_LIBRARY'],
    ['SendResult [sendStatus=FLUSH_SLAVE_TIMEOUT, msgId=7F000001', 'CLIENT_FLUSH_TIMEOUT'],
    ['CODE: 1  DESC: create mapped file failed, server is busy or broken.', 'CLIENT_MAP_FAILED'],
    ['CODE: 17  DESC: topic[Orders] not exist, apply first please!', 'CLIENT_TOPIC_NOT_EXIST'],
  ])('%s', (text, code) => {
    expect(explain(pasted(text)).map((finding) => finding.code)).toContain(code);
    expect(explain(pasted(text))[0]?.code).toBe(code);
  });

  test('every row that no case provokes is among those, or told by an exit', () => {
    const told = SYMPTOMS.filter((symptom) => 'notProvoked' in symptom && symptom.literals.length > 0);
    const silent = told.filter(
      ({ code, literals }) => !literals.some((literal) => explain(pasted(`a ${literal} b`)).some((each) => each.code === code)),
    );
    // These need more of the line than their literal, and have it above.
    expect(silent.map(({ code }) => code)).toEqual(['JNA_LIBRARY', 'CLIENT_TOPIC_NOT_EXIST']);
  });
});

test('what a node recovered from is not told', () => {
  const failed = Array.from(
    { length: 5 },
    () => '2026-11-20 20:00:00 WARN brokerOutApi_thread_1 - registerBroker Exception, 127.0.0.1:9876',
  );
  const lines = [...Array.from({ length: 50 }, (_, i) => `2026-11-20 20:00:00 INFO main - line ${i}`), ...failed];
  const files = (more: string[]) => [{ kind: 'broker', path: 'broker.log', firstLine: 1, lines: [...lines, ...more] }];
  expect(explain({ ...NO_EVIDENCE, files: files([]) }).map(({ code }) => code)).toEqual(['NAMESRV_UNREACHABLE']);
  expect(
    explain({ ...NO_EVIDENCE, files: files(['2026-11-20 20:00:09 INFO t - register broker[0]to name server 127.0.0.1:9876 OK']) }),
  ).toEqual([]);
});

describe('any text', () => {
  const words = [
    ...SYMPTOMS.flatMap(({ literals }) => literals),
    'at org.apache.rocketmq.broker.BrokerStartup.main',
    '\t',
    '[',
    ']',
    '/a/b',
    ': ',
    '(',
    ')',
    '0x',
    'SIGSEGV',
  ];
  const line = fc.oneof(
    fc.string(),
    fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 6 })), { maxLength: 8 }).map((parts) => parts.join('')),
  );

  test('never makes it throw, or say what is no text', () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 12 }),
        fc.constantFrom('stdout', 'store', 'broker', 'gc', 'unknown'),
        fc.option(fc.integer({ min: 0, max: 255 })),
        (lines, kind, code) => {
          const findings = explain({
            ...NO_EVIDENCE,
            exit: { code, signal: null, adopted: false },
            files: [{ kind, path: 'x', firstLine: null, lines }],
          });
          for (const { what, why, next } of findings)
            for (const text of [what, why, next]) expect(text).not.toMatch(/\bundefined\b|\bNaN\b|\[object/);
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each<[string, (size: number) => string[]]>([
    [
      'of ordinary lines',
      (size) =>
        Array.from({ length: size }, (_, i) => `2026-11-20 20:00:00 INFO SendMessageThread_${i} - ${'register consumer done '.repeat(4)}`),
    ],
    [
      'of nothing but what the table looks for',
      (size) => Array.from({ length: size }, (_, i) => `${SYMPTOMS[i % SYMPTOMS.length]?.literals[0] ?? ''} ${'a/b: ('.repeat(12)}`),
    ],
    [
      'on one line',
      (size) => [
        SYMPTOMS.map(({ literals }) => literals[0])
          .join(' ')
          .padEnd(size * 100, 'java.io.FileNotFoundException: /a (b '),
      ],
    ],
    // Milliseconds if the time grows with the text; longer than any test may take if it grows with its square.
  ])('5 MB %s are read in a time that grows with the text, not with its square', (_, make) => {
    expect(explain({ ...NO_EVIDENCE, files: [{ kind: 'unknown', path: 'x', firstLine: 1, lines: make(50_000) }] })).toBeInstanceOf(Array);
  });
});
