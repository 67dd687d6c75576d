import { expect, test } from 'vitest';
import { type Files, lintCodes, lintFiles, localBroker } from './lint-files.js';

// Compared pair by pair, these would not end within the time-out of a test.
const MANY = 2_000;
const named = (index: number) => String(index).padStart(4, '0');
const brokers = (textOf: (index: number) => string): Files =>
  Object.fromEntries(Array.from({ length: MANY }, (_, index) => [`broker-${named(index)}.conf`, textOf(index)]));
const portOf = (index: number) => 2_000 + index * 10;
const healthy = (index: number) => localBroker(`b${named(index)}`, portOf(index));
const first = 'broker-0000.conf';

test('two thousand brokers that fit together give no finding, and each that does not gives its own', async () => {
  const files = brokers(healthy);
  expect(await lintCodes(files, '4.9.7')).toEqual([]);
  const wrong = {
    ...files,
    'x1.conf': localBroker('x1', portOf(1_500) + 1).replaceAll(/\/d\/\d+/g, '/x/1'),
    'x2.conf': localBroker('x2', 30_001).replaceAll(/\/d\/\d+/g, `/d/${portOf(700)}/inner`),
    'x3.conf': localBroker('b0300', 30_011),
    'x4.conf': localBroker('b0301x', 30_021, 'brokerRole=SLAVE', 'brokerId=1'),
  };
  expect(await lintCodes(wrong, '4.9.7')).toEqual([
    'error ID_TAKEN broker-0300.conf:1 x3.conf:1',
    'error STORE_SHARED broker-0700.conf:4 x2.conf:4',
    'error PORT_CONFLICT broker-1500.conf:2 x1.conf:2',
    'warning SLAVE_WITHOUT_MASTER x4.conf:1',
  ]);
});

test('what two thousand brokers have in common is one finding', async () => {
  const shared = brokers((index) => healthy(index).replace(/storePathCommitLog=.*/, 'storePathCommitLog=/log'));
  const { findings } = await lintFiles(shared, '4.9.7');
  expect(findings).toMatchObject([
    { code: 'STORE_SHARED', severity: 'error', what: expect.stringContaining('and 1998 more use the store /log') },
  ]);
  expect(findings[0]?.at).toHaveLength(MANY);
  const ports = await lintFiles(
    brokers((index) => healthy(index).replace(/listenPort=.*/, 'listenPort=10911')),
    '4.9.7',
  );
  expect(ports.findings.map(({ code, at }) => `${code} ${at.length}`)).toEqual([`PORT_CONFLICT ${MANY}`]);
  expect(ports.findings[0]?.what).toContain('want port 10911, 10909, 10912');
});

test('two thousand hosts with equal ports and stores are no clash; on one machine they would be', async () => {
  const onHosts = (index: number) =>
    `brokerName=b${named(index)}\nbrokerIP1=10.0.${index >> 8}.${index & 255}\nnamesrvAddr=10.1.0.1:9876\nstorePathRootDir=/d\nstorePathCommitLog=/d/log\n`;
  const { findings, oneMachine } = await lintFiles(brokers(onHosts), '4.9.7');
  expect(findings).toEqual([]);
  expect(oneMachine.map(({ code, at }) => `${code} ${at.length} ${at[0]?.file}`)).toEqual([
    `PORT_CONFLICT ${MANY} ${first}`,
    `STORE_SHARED ${MANY} ${first}`,
  ]);
});
