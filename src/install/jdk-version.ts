import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Clock } from '../base/clock.js';

/** What a JDK says about itself. */
export type JdkIdentity = {
  home: string;
  /** The executable. */
  java: string;
  /** 8, 11, 17, … */
  major: number;
  /** `17.0.15`, `1.8.0_392` */
  version: string;
  /** `Eclipse Adoptium`; `unknown` if it does not say. */
  vendor: string;
};

/** `why` completes "<home> is not a JDK: …". */
export type JdkReading = { ok: true; jdk: JdkIdentity } | { ok: false; why: string };

/**
 * Reads version and vendor from `<home>/release`, else by running bin/java, which may be a version manager's script: then the JDK is
 * the java.home that it prints. A java that does not answer within `timeoutMs` is killed with its children.
 */
export async function readJdk(
  home: string,
  { clock, env, timeoutMs }: { clock: Clock; env: NodeJS.ProcessEnv; timeoutMs: number },
): Promise<JdkReading> {
  const java = join(home, 'bin', 'java');
  if (!(await isExecutable(java))) return { ok: false, why: `${java} is missing or not executable` };
  const told = parseReleaseFile(await readFile(join(home, 'release'), 'utf8').catch(() => ''));
  if (told) return { ok: true, jdk: { home, java, ...told } };
  return askJava(java, { clock, env, timeoutMs });
}

async function askJava(
  java: string,
  { clock, env, timeoutMs }: { clock: Clock; env: NodeJS.ProcessEnv; timeoutMs: number },
): Promise<JdkReading> {
  const subprocess = execa(java, ['-XshowSettings:properties', '-version'], {
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    all: true,
    // Its own process group, so that a script's children end with it.
    detached: true,
  });
  let isLate = false;
  const cancel = clock.after(timeoutMs, () => {
    isLate = true;
    killGroup(subprocess.pid);
  });
  const { all, exitCode } = await subprocess;
  cancel();
  if (isLate) return { ok: false, why: `${java} did not print its version within ${timeoutMs} ms` };
  const told = parseProperties(all ?? '');
  if (!told) return { ok: false, why: `${java} -version ended with ${exitCode ?? 'no exit code'} and printed no version` };
  const real = join(told.home, 'bin', 'java');
  if (!(await isExecutable(real))) return { ok: false, why: `${java} names ${told.home} as its home, which has no bin/java` };
  return { ok: true, jdk: { ...told, java: real } };
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

type Told = Pick<JdkIdentity, 'major' | 'version' | 'vendor'>;

/** Reads a JDK's `release` file: `JAVA_VERSION="17.0.15"`, `IMPLEMENTOR="Debian"`. */
export function parseReleaseFile(text: string): Told | undefined {
  const value = (key: string) => new RegExp(`^${key}="([^"]*)"`, 'm').exec(text)?.[1];
  return identify(value('JAVA_VERSION'), value('IMPLEMENTOR'));
}

/** Reads what `java -XshowSettings:properties -version` prints: `    java.version = 17.0.15`. */
export function parseProperties(text: string): (Told & { home: string }) | undefined {
  const value = (key: string) => new RegExp(`^\\s*${key} = (.*)$`, 'm').exec(text)?.[1]?.trim();
  const home = value('java\\.home');
  const told = identify(value('java\\.version'), value('java\\.vendor'));
  return told && home ? { ...told, home } : undefined;
}

/** `1.8.0_392` is Java 8, `17.0.15` and `26-ea` are the numbers that they begin with. Source: JEP 223. */
function identify(version: string | undefined, vendor = 'unknown'): Told | undefined {
  const major = version && /^(?:1\.)?(\d+)/.exec(version)?.[1];
  return version && major ? { version, major: Number(major), vendor } : undefined;
}
