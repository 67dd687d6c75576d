import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lintCodes, lintFiles } from './lint-files.js';

const LINES = [
  'brokerName=a',
  'brokerName=b',
  'brokerId=1',
  'listenPort=10911',
  'listenPort=10912 ',
  'brokerRole=SLAVE',
  'brokerRole=SYNC_MASTER',
  'storePathRootDir=C:\\x',
  'storePathRootDir=/d/{{ name }}',
  'brokerIP1=10.0.0.1',
  `brokerIP1=\${IP}`,
  'namesrvAddr=127.0.0.1:9876',
  'namesrvAddr=n:9876,m:9876',
  'enableDLegerCommitLog=true',
  'dLegerGroup=g',
  'dLegerSelfId=n0',
  'dLegerPeers=n0-x:1;n1-y:2',
  'controllerDLegerPeers=n0-x:1',
  'aclEnable=true',
];
/** Each key once: of a repeated key the last one wins, so that there the order is a meaning. */
const distinct = fc.uniqueArray(fc.constantFrom(...LINES), { selector: (line) => line.split('=')[0], maxLength: 12 });
const names = (count: number) => Array.from({ length: count }, (_, i) => `broker-${i}.conf`);

test('findings are the same in whatever order the lines of a file and the files stand', async () => {
  const sets = fc.array(distinct, { minLength: 1, maxLength: 4 });
  // Without line numbers: they move with the lines.
  const said = async (files: readonly (readonly [string, readonly string[]])[]) =>
    (await lintFiles(Object.fromEntries(files.map(([name, lines]) => [name, lines.join('\n')])), '4.9.3')).findings
      .map(
        ({ code, severity, at }) =>
          `${severity} ${code} ${at
            .map(({ file, text }) => `${file} ${text}`)
            .sort()
            .join(', ')}`,
      )
      .sort();
  await fc.assert(
    fc.asyncProperty(sets, async (contents) => {
      const files = names(contents.length).map((name, i) => [name, contents[i] as string[]] as const);
      const turned = [...files].reverse().map(([name, lines]) => [name, [...lines].reverse()] as const);
      expect(await said(turned)).toEqual(await said(files));
    }),
    { numRuns: 40 },
  );
});

test('no bytes make it fail, whatever the name says the file is', async () => {
  const path = fc.constantFrom('broker.conf', 'rmq-proxy.json', 'start.sh', 'docker-compose.yml', 'namesrv.properties', 'broker.conf.j2');
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(fc.constantFrom(...LINES), fc.string()), { maxLength: 5 }).map((lines) => lines.join('\n')),
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(path, text, { maxKeys: 3 }), async (files) => {
      expect(await lintCodes({ ...files })).toBeInstanceOf(Array);
    }),
    { numRuns: 40 },
  );
});
