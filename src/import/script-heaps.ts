import { parseSizeBytes } from '../base/units.js';
import type { ConfigSet } from '../diagnose/lint/config-set.js';
import type { Change } from './change.js';

/** A larger heap is made for a server; import then uses rmqdev's default. */
const LARGEST_HEAP_BYTES = 2 * 1_073_741_824;
const MIN_HEAP_BYTES = 16 * 1_048_576;

/** The heaps of the start scripts by role, if they are made for several nodes on one machine. */
export function scriptHeaps({ scripts }: ConfigSet, changes: Change[]): Record<string, { heap: string }> {
  const roles: Record<string, { heap: string }> = {};
  for (const { path, heaps: found } of scripts) {
    for (const { role, text, line } of found) {
      const bytes = parseSizeBytes(text);
      if (role === undefined || bytes === undefined) continue;
      if (bytes <= LARGEST_HEAP_BYTES && bytes >= MIN_HEAP_BYTES) {
        roles[role] = { heap: text.toLowerCase() };
        continue;
      }
      const what = `-Xmx${text}`;
      const why = 'it is not made for several nodes on one machine';
      changes.push({ file: path, line, text: what, key: '-Xmx', from: what, to: "rmqdev's default", why });
    }
  }
  return roles;
}
