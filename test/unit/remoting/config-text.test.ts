import { expect, test } from 'vitest';
import { formatConfigText, parseConfigText } from '../../../src/remoting/config-text.js';

test('a configuration splits at the first equals sign and keeps its value raw', () => {
  expect(parseConfigText('namesrvAddr=127.0.0.1:9876;127.0.0.1:9877\nstorePathRootDir=/home/a b/store\nfilter=a=b\\c\nempty=\n')).toEqual(
    new Map([
      ['namesrvAddr', '127.0.0.1:9876;127.0.0.1:9877'],
      ['storePathRootDir', '/home/a b/store'],
      ['filter', 'a=b\\c'],
      ['empty', ''],
    ]),
  );
});

test('what a node must read is escaped as java.util.Properties wants it', () => {
  expect(formatConfigText({ brokerPermission: '6', path: 'C:\\a\tb', name: 'café ☕', 'odd key': ' x' })).toBe(
    'brokerPermission=6\npath=C:\\\\a\\tb\nname=caf\\u00e9 \\u2615\nodd\\ key=\\ x\n',
  );
});
