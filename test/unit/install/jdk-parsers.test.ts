import { expect, test } from 'vitest';
import { parseJavaHomeList } from '../../../src/install/jdk-places.js';
import { parseProperties, parseReleaseFile } from '../../../src/install/jdk-version.js';

test.each([
  ['JAVA_VERSION="17.0.15"\nIMPLEMENTOR="Debian"\n', { major: 17, version: '17.0.15', vendor: 'Debian' }],
  ['IMPLEMENTOR="Eclipse Adoptium"\nJAVA_VERSION="25.0.3"\n', { major: 25, version: '25.0.3', vendor: 'Eclipse Adoptium' }],
  ['JAVA_VERSION="1.8.0_392"\n', { major: 8, version: '1.8.0_392', vendor: 'unknown' }],
  ['JAVA_VERSION="26-ea"\n', { major: 26, version: '26-ea', vendor: 'unknown' }],
  ['JAVA_VERSION_DATE="2025-04-15"\n', undefined],
  ['', undefined],
])('the release file %j', (text, told) => {
  expect(parseReleaseFile(text)).toEqual(told);
});

// Captured from `java -XshowSettings:properties -version` of OpenJDK 17.0.15, shortened.
test('what java prints names version, vendor and home', () => {
  const printed = `Picked up JAVA_TOOL_OPTIONS: -Dx=y
Property settings:
    file.separator = /
    java.class.version = 61.0
    java.home = /usr/lib/jvm/java-17
    java.vendor = Debian
    java.version = 17.0.15
    java.version.date = 2025-04-15
`;
  expect(parseProperties(printed)).toEqual({ major: 17, version: '17.0.15', vendor: 'Debian', home: '/usr/lib/jvm/java-17' });
});

// The layout that java_home(1) documents; not captured on a Mac.
test('what java_home -V prints names homes, also with blanks', () => {
  const printed = `Matching Java Virtual Machines (2):
    21.0.1 (arm64) "Eclipse Adoptium" - "OpenJDK 21.0.1" /Library/Java/JavaVirtualMachines/temurin-21.jdk/Contents/Home
    1.8.392.08 (arm64) "Azul Systems, Inc." - "Zulu 8.74.0.17" /Users/jane/Library/Java/My JDKs/zulu-8.jdk/Contents/Home
/Library/Java/JavaVirtualMachines/temurin-21.jdk/Contents/Home
`;
  expect(parseJavaHomeList(printed)).toEqual([
    '/Library/Java/JavaVirtualMachines/temurin-21.jdk/Contents/Home',
    '/Users/jane/Library/Java/My JDKs/zulu-8.jdk/Contents/Home',
  ]);
  expect(parseJavaHomeList('Unable to locate a Java Runtime.\n')).toEqual([]);
});
