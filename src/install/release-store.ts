import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../base/clock.js';
import { RmqdevError } from '../base/errors.js';
import { acquireFileLock, type FileLock } from '../base/file-lock.js';
import type { HomePaths } from '../base/paths.js';
import { type ReleaseHome, readReleaseHome } from './release-home.js';

/** What rmqdev writes into a release that it installed. */
const Manifest = z.object({
  source: z.enum(['apache', 'maven', 'zip']),
  /** The URL or path of the source; for Maven its coordinates. */
  origin: z.string(),
  sha512: z.string().optional(),
  /** If `lib/` has fewer, some were removed. */
  jars: z.int(),
  installedAt: z.iso.datetime(),
});
export type Manifest = z.infer<typeof Manifest>;
export type Origin = Pick<Manifest, 'source' | 'origin' | 'sha512'>;

export type Found =
  | { state: 'absent' }
  | { state: 'installed'; release: ReleaseHome; manifest: Manifest | undefined }
  | { state: 'damaged'; why: string };

const MANIFEST = 'rmqdev-release.json';

/**
 * `$RMQDEV_HOME/rocketmq`: a folder per release, named after its version (`<version>-<8 digits of its SHA-512>` for a second build of
 * the same version from a user's zip), which appears only when complete. Whoever writes it holds `<name>.lock`.
 */
export class ReleaseStore {
  readonly #root: string;
  readonly #clock: Clock;
  constructor(paths: HomePaths, clock: Clock) {
    this.#root = paths.releases;
    this.#clock = clock;
  }

  home(name: string): string {
    return join(this.#root, name);
  }

  /** @returns the release called `name` if it is intact and has `version`. */
  async find(name: string, version = name): Promise<Found> {
    const home = this.home(name);
    if (!(await stat(home).catch(() => undefined))) return { state: 'absent' };
    const manifest = await readManifest(home);
    try {
      const release = await readReleaseHome(home);
      if (release.version !== version) return { state: 'damaged', why: `it has version ${release.version}` };
      const lost = (manifest?.jars ?? 0) - release.jars.length;
      return lost > 0 ? { state: 'damaged', why: `${lost} jars of its lib/ are gone` } : { state: 'installed', release, manifest };
    } catch (error) {
      if (error instanceof RmqdevError) return { state: 'damaged', why: error.text.why };
      throw error;
    }
  }

  /** Waits until nobody else installs `name`; calls `onBusy` first if somebody does. @throws the reason of `signal`. */
  async lock(name: string, signal: AbortSignal, onBusy: () => void): Promise<FileLock> {
    const path = `${this.home(name)}.lock`;
    const lock = await acquireFileLock(path, { wait: false });
    if (lock) return lock;
    onBusy();
    return acquireFileLock(path, { wait: true, signal, clock: this.#clock });
  }

  /**
   * Makes the release `name` from what `fill` puts into `home`; `workDir` is deleted. The release appears completely or not at all; a
   * damaged one is moved aside to `.<name>.damaged-<ms>`, because it may have files of the user. Call it with the lock held: it also
   * removes the leftovers of a killed install.
   * @throws RELEASE_INVALID if `fill` made no release of `version`, and whatever `fill` throws.
   */
  async install(
    name: string,
    version: string,
    fill: (place: { home: string; workDir: string }) => Promise<Origin>,
  ): Promise<{ release: ReleaseHome; origin: Origin }> {
    const prefix = `.${name}.staging-`;
    for (const left of await readdir(this.#root)) if (left.startsWith(prefix)) await remove(join(this.#root, left));
    const workDir = await mkdtemp(join(this.#root, prefix));
    try {
      const home = join(workDir, 'home');
      await mkdir(home);
      const origin = await fill({ home, workDir });
      const release = await readReleaseHome(home);
      if (release.version !== version) throw wrongVersion(origin, version, release.version);
      const manifest: Manifest = { ...origin, jars: release.jars.length, installedAt: new Date(this.#clock.now()).toISOString() };
      await writeFile(join(home, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
      const target = this.home(name);
      if (await stat(target).catch(() => undefined)) await rename(target, join(this.#root, `.${name}.damaged-${this.#clock.now()}`));
      await rename(home, target);
      return { release: await readReleaseHome(target), origin };
    } finally {
      await remove(workDir);
    }
  }

  /** @returns the intact releases, by name. */
  async list(): Promise<{ release: ReleaseHome; manifest: Manifest | undefined }[]> {
    const entries = await readdir(this.#root, { withFileTypes: true }).catch(() => []);
    const names = entries.filter((entry) => !entry.isFile() && !entry.name.startsWith('.')).map((entry) => entry.name);
    const releases = await Promise.all(
      names.map(async (name) => {
        const release = await readReleaseHome(this.home(name)).catch(() => undefined);
        return release ? [{ release, manifest: await readManifest(release.home) }] : [];
      }),
    );
    return releases.flat();
  }
}

async function readManifest(home: string): Promise<Manifest | undefined> {
  try {
    return Manifest.safeParse(JSON.parse(await readFile(join(home, MANIFEST), 'utf8'))).data;
  } catch {
    return undefined;
  }
}

const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true });

const wrongVersion = ({ origin }: Origin, wanted: string, found: string): RmqdevError =>
  new RmqdevError('RELEASE_INVALID', {
    what: `${origin} was not installed as RocketMQ ${wanted}`,
    why: `it holds RocketMQ ${found}`,
    next: `Run \`rmqdev install ${found}\` if you want that version, else choose another source (--from)`,
  });
