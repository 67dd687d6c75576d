import { describe, expect, test } from 'vitest';
import {
  defaultHeapBytes,
  FLAG_ROWS,
  type JvmFlagRequest,
  jdkSuitability,
  jvmFlags,
  nodeMemoryEstimateBytes,
} from '../../../src/rocketmq/jvm-flags.js';
import { SUPPORTED_RELEASES } from '../../../src/rocketmq/releases.js';

const MB = 1_048_576;
const JDKS = [8, 11, 17, 21, 25] as const;
const everywhere = SUPPORTED_RELEASES.flatMap((version) => JDKS.map((jdkMajor) => ({ version, jdkMajor })));

function flagsOf(wish: Partial<JvmFlagRequest> = {}): string[] {
  const request: JvmFlagRequest = {
    version: '5.5.0',
    jdkMajor: 17,
    role: 'broker',
    startup: 'fast',
    tls: false,
    heapBytes: 256 * MB,
    gcLogFile: '/n/gc.log',
    nodeDir: '/n',
    ...wish,
  };
  return jvmFlags(request).map(({ flag }) => flag);
}

describe.each(everywhere)('RocketMQ $version on JDK $jdkMajor', ({ version, jdkMajor }) => {
  const flags = flagsOf({ version, jdkMajor });

  test('starts with a small heap that may grow, and ends when it is full', () => {
    expect(flags).toEqual(expect.arrayContaining(['-Xms48m', '-Xmx256m', '-XX:MaxDirectMemorySize=256m', '-XX:+ExitOnOutOfMemoryError']));
  });

  test('spends the least at the start', () => {
    expect(flags).toEqual(expect.arrayContaining(['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dtls.server.mode=disabled']));
  });

  test('takes network memory in small pieces', () => {
    expect(flags).toContain('-Dio.netty.allocator.maxOrder=7');
    expect(flagsOf({ version, jdkMajor, startup: 'throughput' }).some((flag) => flag.startsWith('-Dio.netty'))).toBe(false);
  });

  test('opens the packages that RocketMQ reflects into, which JDK 8 would reject', () => {
    const opened = flags.filter((flag) => flag.startsWith('--add-opens='));
    const wanted = ['java.lang', 'java.nio', 'sun.nio.ch', 'jdk.internal.ref'].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`);
    expect(opened).toEqual(jdkMajor === 8 ? [] : wanted);
  });

  test('logs collections in the form that this JDK understands', () => {
    expect(flags.filter((flag) => flag.startsWith('-Xlog') || flag.includes('DateStamps'))).toEqual(
      jdkMajor === 8
        ? ['-Xloggc:/n/gc.log', '-XX:+PrintGCDateStamps']
        : ['-Xlog:gc*:file="/n/gc.log":time,uptime,level,tags:filecount=2,filesize=4m'],
    );
  });

  test('keeps the warnings of new JDKs off stderr, where the JDK knows the option', () => {
    expect(flags.includes('--sun-misc-unsafe-memory-access=allow')).toBe(jdkMajor >= 23);
    expect(flags.includes('--enable-native-access=ALL-UNNAMED')).toBe(jdkMajor >= 24);
  });

  test('writes crash reports into the folder of the node', () => {
    expect(flags).toContain('-XX:ErrorFile=/n/hs_err_pid%p.log');
  });
});

test('throughput leaves collector and compiler to the JVM', () => {
  const flags = flagsOf({ startup: 'throughput' });
  expect(flags).not.toContain('-XX:+UseSerialGC');
  expect(flags).not.toContain('-XX:TieredStopAtLevel=1');
  expect(flags).toContain('-Xmx256m');
});

test('the first heap never exceeds the largest, which the JVM would refuse', () => {
  expect(flagsOf({ heapBytes: 32 * MB }).slice(0, 2)).toEqual(['-Xms32m', '-Xmx32m']);
  expect(flagsOf({ role: 'namesrv', heapBytes: 64 * MB }).slice(0, 2)).toEqual(['-Xms16m', '-Xmx64m']);
});

test('a large heap brings as much direct memory, as the JVM itself would allow', () => {
  expect(flagsOf({ heapBytes: 1_024 * MB })).toContain('-XX:MaxDirectMemorySize=1024m');
});

test('a proxy keeps TLS, which gRPC clients speak by default', () => {
  expect(flagsOf({ role: 'proxy' })).not.toContain('-Dtls.server.mode=disabled');
  expect(flagsOf({ role: 'proxy', tls: true })).not.toContain('-Dtls.server.mode=enforcing');
});

test('JDK 23 gets the option that it knows and not the next one', () => {
  const flags = flagsOf({ jdkMajor: 23 });
  expect(flags).toContain('--sun-misc-unsafe-memory-access=allow');
  expect(flags).not.toContain('--enable-native-access=ALL-UNNAMED');
});

test('each flag comes with a reason and a source', () => {
  for (const { reason, source } of FLAG_ROWS) {
    expect(reason).not.toBe('');
    expect(source).not.toBe('');
  }
});

describe('memory', () => {
  test.each([
    ['4.4.0', 'namesrv', 64],
    ['5.5.0', 'namesrv', 128],
    ['4.4.0', 'broker', 256],
    ['5.5.0', 'broker', 256],
    ['5.3.3', 'controller', 256],
    ['5.3.3', 'proxy', 256],
  ] as const)('%s %s gets a heap of %i MB', (version, role, heapMb) => {
    expect(defaultHeapBytes(version, role)).toBe(heapMb * MB);
  });

  test('newer brokers are planned larger', () => {
    const sizes = (['4.7.0', '4.9.7', '5.3.3', '5.5.0'] as const).map((version) =>
      nodeMemoryEstimateBytes(version, 'broker', defaultHeapBytes(version, 'broker')),
    );
    expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
    expect(sizes.at(-1)).toBe(300 * MB);
  });

  test('heap above the default counts whole, heap below it saves nothing', () => {
    expect(nodeMemoryEstimateBytes('5.5.0', 'broker', 1_280 * MB)).toBe((300 + 1_024) * MB);
    expect(nodeMemoryEstimateBytes('5.5.0', 'broker', 128 * MB)).toBe(300 * MB);
  });
});

describe('jdkSuitability', () => {
  test.each(everywhere)('$version runs on JDK $jdkMajor', ({ version, jdkMajor }) => {
    expect(jdkSuitability(version, jdkMajor)).toEqual({ ok: true });
  });

  test('nothing runs on Java 7', () => {
    expect(jdkSuitability('4.4.0', 7)).toEqual({ ok: false, why: 'RocketMQ 4.4.0 needs Java 8 or newer, and this is Java 7' });
  });

  test('a JDK that nobody tried is allowed with a warning', () => {
    expect(jdkSuitability('5.5.0', 26)).toEqual({ ok: true, warning: expect.stringContaining('not tested on Java 26') });
  });
});

test.each(['namesrv', 'broker', 'controller'] as const)('with TLS a %s takes nothing else, and asks others over TLS', (role) => {
  const flags = flagsOf({ role, tls: true });
  expect(flags).toEqual(expect.arrayContaining(['-Dtls.server.mode=enforcing', '-Dtls.enable=true']));
  expect(flags).not.toContain('-Dtls.server.mode=disabled');
});
