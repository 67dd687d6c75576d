/** Figures as people read them. */

const FORMS = {
  ms: (value) => (value >= 950 ? `${(value / 1_000).toFixed(1)} s` : `${value >= 10 ? Math.round(value) : value.toFixed(1)} ms`),
  bytes: (value) => (value >= 999.5e6 ? `${(value / 1e9).toFixed(2)} GB` : `${Math.round(value / 1e6)} MB`),
  percent: (value) => `${value >= 10 ? Math.round(value) : value.toFixed(value < 1 ? 2 : 1)} %`,
  perSecond: (value) => `${Math.round(value).toLocaleString('en-US')}/s`,
  'ms/message': (value) => `${value.toFixed(3)} ms`,
};

/** @returns {string} such as `4.2 s`; one unit for every row of a kind. */
export const shown = (value, unit) => FORMS[unit](value);

/** @returns {string} such as `4.2 s (4.0–4.4 s)`; without the spread if there was one round. */
export function shownSpread({ median, min, max, values }, unit) {
  if (values.length === 1) return shown(median, unit);
  return `${shown(median, unit)} (${range(shown(min, unit), shown(max, unit))})`;
}

/** @returns {string} such as `0.081 × (0.078–0.085)`. */
export function shownRatio({ median, min, max }) {
  const [middle, low, high] = [median, min, max].map(significant);
  return low === high ? `${middle} ×` : `${middle} × (${low}–${high})`;
}

/** @returns {string} two significant digits; above 10 none after the point. */
export const significant = (value) => (value >= 10 ? String(Math.round(value)) : value >= 0.95 ? value.toFixed(2) : value.toPrecision(2));

/** The unit of the first is left out if the second has the same. */
function range(low, high) {
  const [number, unit] = low.split(' ');
  return high.endsWith(` ${unit}`) ? `${number}–${high}` : `${low}–${high}`;
}
