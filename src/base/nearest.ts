/** Up to this share of the letters may differ. */
const MAX_SHARE = 0.4;

/**
 * @returns the entry of `candidates` most like `word` ("did you mean"), or undefined if none is near: over 40 % of the letters differ.
 * A missing word (`sendThreadPoolNum` for `sendMessageThreadPoolNums`) counts as one letter.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const words = wordsIn(word);
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = Math.min(letters(word.toLowerCase(), candidate.toLowerCase(), best?.distance), leftOut(words, wordsIn(candidate)));
    if (distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { candidate, distance };
  }
  return best?.candidate;
}

/** @returns ` (did you mean "…"?)` with the nearest of `candidates`, or nothing if none is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const near = nearest(word, candidates);
  return near === undefined ? '' : ` (did you mean "${near}"?)`;
}

/** @returns how many letters differ; Infinity if too many do, or not fewer than `limit`. */
function letters(wanted: string, candidate: string, limit = Number.POSITIVE_INFINITY): number {
  const allowed = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) * MAX_SHARE));
  const least = Math.abs(wanted.length - candidate.length);
  if (least > allowed || least >= limit) return Number.POSITIVE_INFINITY;
  const distance = editDistance(wanted, candidate);
  return distance <= allowed ? distance : Number.POSITIVE_INFINITY;
}

/** @returns how many words `candidate` has in addition to those of `wanted`, plus the letters that differ; Infinity if the order differs. */
function leftOut(wanted: readonly string[], candidate: readonly string[]): number {
  const extra = candidate.length - wanted.length;
  if (wanted.length < 2 || extra < 1 || extra >= wanted.length) return Number.POSITIVE_INFINITY;
  let distance = extra;
  let next = 0;
  for (const word of wanted) {
    const at = candidate.findIndex((other, index) => index >= next && alike(word, other));
    if (at < 0) return Number.POSITIVE_INFINITY;
    distance += editDistance(word, candidate[at] as string);
    next = at + 1;
  }
  return distance;
}

const alike = (a: string, b: string): boolean => a === b || (Math.min(a.length, b.length) > 2 && editDistance(a, b) === 1);

/** `sendThreadPoolNum` and `send-thread-pool-num` alike. */
function wordsIn(text: string): string[] {
  return (text.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? []).map((word) => word.toLowerCase());
}

/** Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let value = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) value = Math.min(value, at(i - 2, j - 2) + 1);
      (rows[i] as number[])[j] = value;
    }
  }
  return at(a.length, b.length);
}
