/** Which rows a run measures, and how long that takes. Pure. */

/**
 * @param {string[]} words names of rows, of families, or the beginning of names: `up` means `up-4.9.7` and `up-5.5.0`
 * @param {import('./families.mjs').Family[]} families
 * @returns {Set<string>} names of rows; without words all. Throws on a word that fits nothing.
 */
export function rowsNamed(words, families) {
  if (words.length === 0) return new Set(families.flatMap(({ rows }) => rows.map(({ name }) => name)));
  return new Set(
    words.flatMap((word) => {
      const exact = families.flatMap(({ rows }) => rows.filter(({ name }) => name === word));
      const begun = families.flatMap(({ name: family, rows }) => rows.filter(({ name }) => family === word || name.startsWith(`${word}-`)));
      // `status` is a row, and not also `status-node22`.
      const found = exact.length > 0 ? exact : begun;
      if (found.length === 0) throw new RangeError(`there is no row "${word}"; --list shows all rows`);
      return found.map(({ name }) => name);
    }),
  );
}

/** @returns {number} about how many seconds the family takes. */
export function secondsOf({ seconds, maxRounds = Number.POSITIVE_INFINITY }, { rounds, idleMs, followMs }) {
  const each = Math.min(rounds, maxRounds);
  return Math.round(
    seconds.once + each * (seconds.round + ((seconds.idle ?? 0) * idleMs) / 1_000) + ((seconds.follow ?? 0) * followMs) / 1_000,
  );
}
