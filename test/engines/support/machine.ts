import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';

/** What takes minutes to make is kept here: a root file system with a JVM, a Kubernetes API server. */
export const CACHE = process.env.RMQDEV_ENGINES_CACHE ?? join(homedir(), '.cache', 'rmqdev-engines');

/** A folder for one test; podman's sockets and mounts need a short path on a real disk. */
export function workFolder(): string {
  return mkdtempSync('/var/tmp/rmqdev-engines-');
}

/** Makes sure that `programs` are there. @param packages Debian's, which have them. @throws an error that says where this test can run */
export async function needPrograms(programs: readonly string[], packages: readonly string[]): Promise<void> {
  const missing = programs.filter((program) => !onPath(program));
  if (missing.length === 0) return;
  const where = `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`;
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !onPath('apt-get'))
    throw new Error(`this test cannot run here: ${where}, and only root on Debian or Ubuntu can install ${packages.join(' ')}`);
  await execa('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { env: { DEBIAN_FRONTEND: 'noninteractive' } });
  const still = programs.filter((program) => !onPath(program));
  if (still.length > 0) throw new Error(`this test cannot run here: ${still.join(', ')} is not in the packages ${packages.join(' ')}`);
}

export function needRoot(why: string): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) throw new Error(`this test cannot run here: ${why} needs root on Linux`);
}

const onPath = (program: string): boolean => execaSync('sh', ['-c', `command -v ${program}`], { reject: false }).exitCode === 0;

/** @returns the path of `name` in the cache; `make` fills a folder that is renamed to it once it is complete. */
export async function cached(name: string, make: (folder: string) => Promise<unknown>): Promise<string> {
  const path = join(CACHE, name);
  if (existsSync(path)) return path;
  mkdirSync(CACHE, { recursive: true });
  const fresh = mkdtempSync(join(CACHE, '.making-'));
  try {
    await make(fresh);
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    throw error;
  }
  return path;
}
