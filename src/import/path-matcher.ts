type Candidate = { path: string; parts: readonly string[] };

/** Finds the file that a start script means among those that were read: scripts use the paths of another machine. */
export class PathMatcher {
  readonly #byName = new Map<string, Candidate[]>();

  constructor(paths: readonly string[]) {
    for (const path of paths) {
      const parts = backwards(path);
      const [name = ''] = parts;
      const known = this.#byName.get(name);
      if (known) known.push({ path, parts });
      else this.#byName.set(name, [{ path, parts }]);
    }
  }

  /** @returns the path whose last parts match those of `config` best, the first of equal ones; none if not even the name matches. */
  find(config: string): string | undefined {
    const known = this.#byName.get(nameOf(config)) ?? [];
    if (known.length < 2) return known[0]?.path;
    const wanted = backwards(config);
    let best: { path: string; alike: number } | undefined;
    for (const { path, parts } of known) {
      const other = wanted.findIndex((part, i) => part !== parts[i]);
      const alike = other < 0 ? wanted.length : other;
      if (best === undefined || alike > best.alike) best = { path, alike };
    }
    return best?.path;
  }
}

const nameOf = (path: string) => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
const backwards = (path: string) => path.replaceAll('\\', '/').split('/').reverse();
