import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { DashboardGeneration } from '../../src/rocketmq/dashboards.js';

type JarOptions = {
  generation?: DashboardGeneration;
  version?: string;
  /** The Java that its main class was compiled for. */
  java?: number;
  /** Setters in addition to those that mark the generation. */
  setters?: readonly string[];
  /** Entries that it lacks, below BOOT-INF/classes/, or META-INF/MANIFEST.MF. */
  without?: readonly string[];
};

const SETTERS = {
  console: ['setNamesrvAddr', 'setDataPath', 'setIsVIPChannel'],
  'dashboard-1': ['setNamesrvAddr', 'setDataPath', 'setIsVIPChannel', 'setAccessKey', 'setSecretKey', 'setUseTLS', 'setLoginRequired'],
  'dashboard-2': [
    'setNamesrvAddr',
    'setNamesrvAddrs',
    'setProxyAddrs',
    'setDataPath',
    'setIsVIPChannel',
    'setAccessKey',
    'setSecretKey',
    'setUseTLS',
    'setLoginRequired',
  ],
} as const;

/** Writes a jar with what marks a dashboard, and nothing that runs. @returns its path */
export async function writeDashboardJar(file: string, options: JarOptions = {}): Promise<string> {
  const { generation = 'dashboard-2', version = '2.1.0', java = 17, setters = [], without = [] } = options;
  const name = generation === 'console' ? 'console' : 'dashboard';
  const own = `org/apache/rocketmq/${name}`;
  const manifest = [
    'Manifest-Version: 1.0',
    `Implementation-Version: ${version}`,
    'Main-Class: org.springframework.boot.loader.JarLauncher',
    // No line has more than 72 bytes: the next one continues it after a blank.
    `Start-Class: ${`org.apache.rocketmq.${name}.App`.slice(0, 20)}`,
    ` ${`org.apache.rocketmq.${name}.App`.slice(20)}`,
    `Spring-Boot-Version: ${generation === 'dashboard-2' ? '3.4.5' : generation === 'dashboard-1' ? '2.2.2.RELEASE' : '1.4.3.RELEASE'}`,
    '',
    '',
  ].join('\r\n');
  const entries: Record<string, Buffer> = {
    'META-INF/MANIFEST.MF': Buffer.from(manifest),
    [`${own}/App.class`]: classFile(java, ['main']),
    [`${own}/config/RMQConfigure.class`]: classFile(java, [...SETTERS[generation], ...setters]),
    [generation === 'dashboard-2' ? 'application.yml' : 'application.properties']: Buffer.from('# settings\n'),
  };
  return writeJar(
    file,
    Object.fromEntries(
      Object.entries(entries)
        .filter(([path]) => !without.includes(path))
        .map(([path, bytes]) => [path.startsWith('META-INF') ? path : `BOOT-INF/classes/${path}`, bytes]),
    ),
  );
}

export async function writeJar(file: string, entries: Readonly<Record<string, Buffer>>): Promise<string> {
  const zip = new ZipFile();
  for (const [path, bytes] of Object.entries(entries)) zip.addBuffer(bytes, path);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
  return file;
}

/** The head of a class file for that Java, and these texts and a long in its constants. */
export function classFile(java: number, texts: readonly string[]): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt32BE(0xcafebabe, 0);
  head.writeUInt16BE(java + 44, 6);
  // A long counts twice, and the table begins at 1.
  head.writeUInt16BE(texts.length + 3, 8);
  const long = Buffer.from([5, 0, 0, 0, 0, 0, 0, 0, 1]);
  const constants = texts.map((text) => {
    const bytes = Buffer.from(text);
    return Buffer.concat([Buffer.from([1, bytes.length >> 8, bytes.length & 0xff]), bytes]);
  });
  return Buffer.concat([head, long, ...constants]);
}
