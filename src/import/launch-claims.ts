import { dirname } from 'node:path';
import type { Launch, StartScript } from '../diagnose/lint/config-set.js';
import { PathMatcher } from './path-matcher.js';

/** A file that may be meant, and the sets that it is in. */
type Candidate = { path: string; set: number };

/** Which sets a launch is for: one name of a file, such as broker.conf, is often in many of them. */
export class LaunchClaims {
  readonly #claims = new Map<Launch, readonly Candidate[]>();
  readonly #scripts: StartScript[][];

  /**
   * @param sets the paths of the files of each
   * @param all the paths of all files: one that is in no set may be meant too
   */
  constructor(scripts: readonly StartScript[], sets: readonly (readonly string[])[], all: readonly string[]) {
    const configs = scripts.flatMap(({ launches }) => launches.flatMap(({ config }) => config ?? []));
    const index = new Index(new Set(configs.flatMap(endsOf)), sets);
    const everywhere = new PathMatcher(all);
    this.#scripts = sets.map(() => []);
    for (const script of scripts) {
      const claimants = new Set<number>();
      const launches = script.launches.map((launch) => {
        if (launch.config === undefined) return launch;
        const meant = index.best(launch.config, script.path);
        const named = { ...launch, file: meant[0]?.path ?? everywhere.find(launch.config) ?? launch.file };
        this.#claims.set(named, meant);
        for (const { set } of meant) claimants.add(set);
        return named;
      });
      const linked = { ...script, launches };
      // What starts nothing of any set may concern all.
      for (const set of claimants.size === 0 ? sets.keys() : claimants) this.#scripts[set]?.push(linked);
    }
  }

  /** @returns the scripts that start something of this set, or nothing of any; each launch with the file that it means, in whatever set. */
  scriptsOf(set: number): readonly StartScript[] {
    return this.#scripts[set] ?? [];
  }

  /** @returns whether no other set has a better match for this launch, which is of `scriptsOf`. */
  isOf(launch: Launch, set: number): boolean {
    return this.#claims.get(launch)?.some((each) => each.set === set) ?? false;
  }
}

/** The files by how they end and by each folder above them: a search among thousands of broker.conf for each of as many scripts takes long. */
class Index {
  readonly #files = new Map<string, Candidate[]>();

  constructor(ends: ReadonlySet<string>, sets: readonly (readonly string[])[]) {
    sets.forEach((paths, set) => {
      for (const path of paths) {
        const folders = foldersAbove(path);
        for (const end of endsOf(path)) {
          if (!ends.has(end)) break;
          for (const folder of folders) {
            const key = keyOf(end, folder);
            const known = this.#files.get(key);
            if (known) known.push({ path, set });
            else this.#files.set(key, [{ path, set }]);
          }
        }
      }
    });
  }

  /** @returns the files that no other surpasses: either more of `config` is the end of their path, or they are nearer to the script. */
  best(config: string, script: string): Candidate[] {
    const folders = foldersAbove(script);
    const found: Candidate[] = [];
    let nearest = folders.length;
    for (const end of endsOf(config).reverse()) {
      const distance = folders.slice(0, nearest).findIndex((folder) => this.#files.has(keyOf(end, folder)));
      if (distance < 0) continue;
      found.push(...(this.#files.get(keyOf(end, folders[distance] as string)) ?? []));
      nearest = distance;
    }
    return found;
  }
}

const keyOf = (end: string, folder: string) => `${end}\0${folder}`;
const partsOf = (path: string) => path.replaceAll('\\', '/').split('/');

/** `broker.conf`, `conf/broker.conf`, and so on. */
function endsOf(path: string): string[] {
  const parts = partsOf(path);
  return parts.map((_, i) => parts.slice(-1 - i).join('/'));
}

/** The folder of a file first; '' is above all. */
function foldersAbove(path: string): string[] {
  const parts = partsOf(dirname(path));
  return [...parts.map((_, i) => parts.slice(0, parts.length - i).join('/')), ''];
}
