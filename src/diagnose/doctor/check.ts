import type { Finding } from '../../base/finding.js';

/** `ok` includes findings that are only information; `skipped`: unknown, and the summary says why. */
export type CheckStatus = 'ok' | 'warning' | 'error' | 'skipped';

export const SECTIONS = [
  'This machine',
  'Java',
  'Releases',
  'Memory and disk',
  'Ports',
  'Stores and leftovers',
  'Network',
  'Environment',
  'Sleep and clock',
] as const;
export type Section = (typeof SECTIONS)[number];

/** One line of `doctor`. `id` is API, e.g. `disk.plan`. */
export type Check = { id: string; section: Section; status: CheckStatus; summary: string; findings: readonly Finding[] };

export type DoctorReport = { profile: string; checks: readonly Check[] };

/** @returns a check with the worst status of its findings. */
export function check(section: Section, id: string, summary: string, findings: readonly Finding[] = []): Check {
  const worst = (['error', 'warning'] as const).find((severity) => findings.some((finding) => finding.severity === severity));
  return { id, section, status: worst ?? 'ok', summary, findings };
}

export function skipped(section: Section, id: string, summary: string, why: string): Check {
  return { id, section, status: 'skipped', summary: `${summary}: unknown, because ${why}`, findings: [] };
}
