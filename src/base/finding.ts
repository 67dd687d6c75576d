export type Severity = 'error' | 'warning' | 'info';

/** A place in a file that tells. `line` counts from 1; null where the place is not known. */
export type FindingPlace = { file: string; line: number | null; text: string };

/**
 * One thing that is wrong, or worth knowing, in the three parts of an error, with the places that prove it. `code` is API
 * (`explain`, `doctor`); texts may change.
 */
export type Finding = { code: string; severity: Severity; what: string; why: string; next: string; at: readonly FindingPlace[] };
