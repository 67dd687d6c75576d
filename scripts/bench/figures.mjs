/**
 * From the figures of rounds to what a row says, and what a later run is compared with. Pure.
 *
 * @typedef {{ [figure: string]: number | undefined }} Figures what one side measured in one round
 * @typedef {{ [side: string]: Figures | undefined }} Round a side that failed is absent
 * @typedef {'ms' | 'bytes' | 'percent' | 'perSecond' | 'ms/message'} Unit
 * @typedef {{ text: string, of: string, unit: Unit }} Beside told under the table: what it is, and `<side>.<figure>`
 *
 * @typedef {object} Row one line of the document
 * @property {string} name as `--only` takes it
 * @property {string} title Markdown
 * @property {Unit} unit
 * @property {string} of `<side>.<figure>`: what is judged
 * @property {string} [base] `<side>.<figure>`: what it is compared with
 * @property {string} [baseTitle] Markdown; default: the title of the side
 * @property {{ ratio: number } | { atMost: number } | { moreThanBase: number }} [target] the second in the unit of the row, the third also
 * @property {'less' | 'more'} [better] default less
 * @property {Beside[]} [beside]
 * @property {number} [tolerance] for `--check`; default TOLERANCE
 *
 * @typedef {{ median: number, min: number, max: number, values: number[] }} Spread
 * @typedef {{ value: Spread, base?: Spread, ratio?: Omit<Spread, 'values'>, beside?: { text: string, unit: Unit, value: Spread }[] }} Result
 */

/** A new run may be this much worse than the recorded one: rounds on a quiet machine differ by up to 10 %, machines by more. */
export const TOLERANCE = 0.25;

/** @param {number[]} values at least one */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

/** @returns {Spread | undefined} undefined if there is no value. */
export function spreadOf(values) {
  const numbers = values.filter((value) => Number.isFinite(value));
  if (numbers.length === 0) return undefined;
  return { median: median(numbers), min: Math.min(...numbers), max: Math.max(...numbers), values: numbers };
}

/**
 * @param {Row} row
 * @param {Round[]} rounds
 * @returns {Result | undefined} undefined if no round has the figure of the row, or no round has what it is compared with.
 */
export function resultOf(row, rounds) {
  const value = spreadOf(rounds.map((round) => figure(round, row.of)));
  if (!value) return undefined;
  const beside = (row.beside ?? []).flatMap(({ text, of, unit }) => {
    const spread = spreadOf(rounds.map((round) => figure(round, of)));
    return spread ? [{ text, unit, value: spread }] : [];
  });
  const result = { value, ...(beside.length > 0 && { beside }) };
  if (row.base === undefined) return result;
  const base = spreadOf(rounds.map((round) => figure(round, row.base)));
  if (!base) return undefined;
  // Of the medians, as a reader would divide them; the spread is that of the rounds, because both sides of a round met the same machine.
  const pairs = spreadOf(rounds.map((round) => figure(round, row.of) / figure(round, row.base)));
  const ratio = value.median / base.median;
  return {
    ...result,
    base,
    ratio: { median: ratio, min: Math.min(ratio, pairs?.min ?? ratio), max: Math.max(ratio, pairs?.max ?? ratio) },
  };
}

/** @returns {'met' | 'missed' | undefined} undefined if the row has no target. */
export function verdictOf({ target, better }, { value, base, ratio }) {
  if (!target) return undefined;
  const [measured, limit] =
    'ratio' in target
      ? [ratio.median, target.ratio]
      : 'moreThanBase' in target
        ? [value.median - base.median, target.moreThanBase]
        : [value.median, target.atMost];
  return (better === 'more' ? measured >= limit : measured <= limit) ? 'met' : 'missed';
}

/**
 * Compares a new run with the recorded one: by the ratio if the row has one, else by the bare value, which says something on the same
 * machine only.
 * @param {Row} row
 * @param {Result | undefined} recorded
 * @param {Result | undefined} fresh
 * @param {{ isSameMachine: boolean }} where
 * @returns {{ verdict: 'worse' | 'better' | 'same' | 'unknown', of: 'ratio' | 'value', was?: number, is?: number, tolerance: number }}
 */
export function comparisonOf(row, recorded, fresh, { isSameMachine }) {
  const tolerance = row.tolerance ?? TOLERANCE;
  const of = row.base === undefined ? 'value' : 'ratio';
  const was = recorded?.[of]?.median;
  const is = fresh?.[of]?.median;
  if (was === undefined || is === undefined || (of === 'value' && !isSameMachine)) return { verdict: 'unknown', of, was, is, tolerance };
  // How many times as bad as it was.
  const change = row.better === 'more' ? was / is : is / was;
  const verdict = change > 1 + tolerance ? 'worse' : change < 1 / (1 + tolerance) ? 'better' : 'same';
  return { verdict, of, was, is, tolerance };
}

/** @returns {number | undefined} */
function figure(round, path) {
  const dot = path.indexOf('.');
  return round[path.slice(0, dot)]?.[path.slice(dot + 1)];
}
