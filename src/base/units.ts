/** Turns durations and sizes that people write into numbers, once, at the place where they are read; and numbers into text for people. */

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/;
const DURATION_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** @returns `text` (`500ms`, `5s`, `2m`, `1h`; a bare number is seconds) in ms, or undefined if it is not a duration. */
export function parseDurationMs(text: string | number): number | undefined {
  const match = DURATION.exec(String(text).trim());
  if (!match) return undefined;
  return Math.round(Number(match[1]) * DURATION_MS[(match[2] ?? 's') as keyof typeof DURATION_MS]);
}

/** @returns `ms` for people: `850ms`, `2.4s`, `3m 05s`, `2h 10m`, `5d 3h`. */
export function formatDuration(ms: number): string {
  // The limits apply after rounding: 59.96 s must not become `60.0s`.
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1_000);
  const pad = (n: number) => String(n).padStart(2, '0');
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m ${pad(seconds % 60)}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h ${pad(Math.floor((seconds % 3_600) / 60))}m`;
  return `${Math.floor(seconds / 86_400)}d ${Math.floor((seconds % 86_400) / 3_600)}h`;
}

const SIZE = /^(\d+)([kmg])?b?$/i;
const SIZE_BYTES = { k: 1_024, m: 1_048_576, g: 1_073_741_824 } as const;

/** @returns `text` as for the JVM's -Xmx (`512m`, `1g`, `65536`) in bytes, or undefined if it is not a size. */
export function parseSizeBytes(text: string | number): number | undefined {
  const match = SIZE.exec(String(text).trim());
  if (!match) return undefined;
  const unit = match[2]?.toLowerCase() as keyof typeof SIZE_BYTES | undefined;
  return Number(match[1]) * (unit ? SIZE_BYTES[unit] : 1);
}

/** @returns `bytes` for people, in binary units: `512 B`, `38.7 MB`, `1.2 GB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1_023.5 && unit < units.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** @returns `1 error`, `2 errors`, `0 queries`. @param many the plural, if it is not `one` with an s */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
