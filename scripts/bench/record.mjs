/**
 * docs/performance.json: the rows as they were measured. A run replaces the rows that it measured; the others keep their figures, their date
 * and their commit.
 *
 * @typedef {{ at: string, commit: string, rmqdev: string, machine: string, node: string, java: string, load: number, rounds: number, command: string }} Run
 * @typedef {{ runs: { [id: string]: Run }, rows: { [name: string]: { run: string } & import('./figures.mjs').Result } }} Record
 */

/** @type {Record} */
export const EMPTY = { runs: {}, rows: {} };

/**
 * @param {Record} record
 * @param {Run} run
 * @param {Map<string, object>} results by the name of the row
 * @param {string} [id] of this run, if it has recorded rows before
 * @returns {{ record: Record, id: string }} a run of which no row is left is forgotten.
 */
export function withResults({ runs, rows }, run, results, id = nextId(runs)) {
  const measured = Object.fromEntries([...results].map(([name, result]) => [name, { run: id, ...result }]));
  const all = { ...rows, ...measured };
  const used = new Set(Object.values(all).map((row) => row.run));
  const kept = Object.entries({ ...runs, [id]: run }).filter(([each]) => used.has(each));
  return { record: { runs: Object.fromEntries(kept), rows: all }, id };
}

const nextId = (runs) => String(1 + Math.max(0, ...Object.keys(runs).map(Number)));
