/** Latencies of a run, in ms. */
export type Percentiles = { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };

/** @returns nearest-rank percentiles, rounded to a tenth of a millisecond; null without a value. */
export function percentilesOf(valuesMs: readonly number[]): Percentiles | null {
  if (valuesMs.length === 0) return null;
  const sorted = Float64Array.from(valuesMs).sort();
  const at = (share: number) => round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

export function perSecond(count: number, elapsedMs: number): number {
  return elapsedMs <= 0 ? 0 : round((count * 1_000) / elapsedMs);
}

const round = (value: number): number => Math.round(value * 10) / 10;
