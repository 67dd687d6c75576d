export type Severity = 'error' | 'warning' | 'info';

/** A line in a file that proves a finding. `line` counts from 1; null if it is not known. */
export type FindingPlace = { file: string; line: number | null; text: string };

/**
 * One thing that is wrong, or worth knowing, in the three parts of an error, with the lines that prove it. `code` is API
 * (`explain`, `doctor`); texts may change.
 */
export type Finding = { code: string; severity: Severity; what: string; why: string; next: string; at: readonly FindingPlace[] };
