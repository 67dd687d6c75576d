import { execFile } from 'node:child_process';
import { readdir, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** JAVA_HOME and PATH are the caller's environment; a usual place is a folder where platforms and version managers put JDKs. */
export type JdkSource = 'wanted' | 'JAVA_HOME' | 'PATH' | 'usual place';

/** A folder that may be a JDK: it should contain bin/java. */
export type JdkCandidate = { home: string; source: JdkSource };

/** `*` stands for any part of one name, a leading `~` for the user's home. */
const VERSION_MANAGERS = [
  '~/.sdkman/candidates/java/*',
  '~/.jdks/*',
  '~/.gradle/jdks/*',
  '~/.asdf/installs/java/*',
  '~/.local/share/mise/installs/java/*',
];

const USUAL_PLACES: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: [
    '/usr/lib/jvm/*',
    '/usr/java/*',
    '/opt/*jdk*',
    '/opt/java/*',
    '/home/linuxbrew/.linuxbrew/opt/openjdk*/libexec',
    ...VERSION_MANAGERS,
  ],
  darwin: [
    '/Library/Java/JavaVirtualMachines/*/Contents/Home',
    '~/Library/Java/JavaVirtualMachines/*/Contents/Home',
    '/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home',
    '/usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home',
    ...VERSION_MANAGERS,
  ],
};

/** @returns the patterns of the places where `platform` keeps its JDKs. */
export function usualPlaces(platform: NodeJS.Platform): readonly string[] {
  return USUAL_PLACES[platform] ?? VERSION_MANAGERS;
}

/** @returns the folders that match `pattern`, sorted. */
export async function expandPlace(pattern: string, home: string): Promise<string[]> {
  let folders = ['/'];
  for (const name of pattern.replace(/^~/, home).split('/').filter(Boolean)) {
    const found = await Promise.all(
      folders.map(async (folder) =>
        (name.includes('*') ? (await namesIn(folder)).filter(matches(name)) : [name]).map((each) => join(folder, each)),
      ),
    );
    folders = found.flat();
  }
  return folders;
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => !name.startsWith('.')).sort();
}

function matches(pattern: string): (name: string) => boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`);
  return (name) => expression.test(name);
}

/** @returns the JDK of the first `java` on PATH, symbolic links resolved; undefined if there is none. */
export async function homeOnPath(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const java = await realpath(join(folder, 'java')).catch(() => undefined);
    if (java) return dirname(dirname(java));
  }
  return undefined;
}

const JAVA_HOME_TIMEOUT_MS = 10_000;

/** @returns the JDKs that macOS knows; none on other systems. Source: java_home(1). */
export async function macJavaHomes(): Promise<string[]> {
  const { stderr } = await promisify(execFile)('/usr/libexec/java_home', ['-V'], { timeout: JAVA_HOME_TIMEOUT_MS }).catch(() => ({
    stderr: '',
  }));
  return parseJavaHomeList(stderr);
}

/** Reads `    17.0.9 (arm64) "Eclipse Adoptium" - "OpenJDK 17.0.9" /Library/Java/JavaVirtualMachines/temurin-17.jdk/Contents/Home`. */
export function parseJavaHomeList(text: string): string[] {
  return [...text.matchAll(/^\s+\S+ .*" (\/.+)$/gm)].map(([, home]) => home as string);
}
