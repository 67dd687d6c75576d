import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Evidence, type EvidenceFile, NO_EVIDENCE } from '../../src/diagnose/evidence.js';

/** What `scripts/provoke-crashes.mjs` kept of one real node. `expect`: the code of the finding that it must give; null: none. */
export type NodeFixture = { version: string; name: string; expect: string | null; evidence: Evidence };

type ExitFile = Pick<
  Evidence,
  'role' | 'node' | 'rocketmq' | 'wasReady' | 'ports' | 'portHolders' | 'heapBytes' | 'storePath' | 'configFile'
> & {
  code: number | null;
  signal: string | null;
  jdk: number;
  expect?: string | null;
};

const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url));

/** @returns the kept nodes of one kind, of all releases. */
export function nodeFixtures(kind: 'crashes' | 'healthy'): NodeFixture[] {
  const root = join(FIXTURES, kind);
  return readdirSync(root).flatMap((version) =>
    readdirSync(join(root, version)).map((name) => readFixture(version, name, join(root, version, name))),
  );
}

function readFixture(version: string, name: string, folder: string): NodeFixture {
  const { code, signal, jdk, expect, ...known } = JSON.parse(readFileSync(join(folder, 'exit.json'), 'utf8')) as ExitFile;
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.log'))
    .map((file) => evidenceFile(file.replace(/\.log$/, ''), readFileSync(join(folder, file), 'utf8'), file));
  const exit = { code, signal, adopted: false };
  return { version, name, expect: expect ?? null, evidence: { ...NO_EVIDENCE, ...known, jdkMajor: jdk, exit, files } };
}

export function evidenceFile(kind: string, text: string, path = `${kind}.log`): EvidenceFile {
  return { kind, path, firstLine: 1, lines: text === '' ? [] : text.replace(/\n$/, '').split('\n') };
}

/** Evidence of a pasted text, of which nothing else is known. */
export function pasted(text: string): Evidence {
  return { ...NO_EVIDENCE, files: [{ kind: 'unknown', path: '-', firstLine: null, lines: text.split('\n') }] };
}
