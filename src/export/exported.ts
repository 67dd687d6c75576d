import { RmqdevError } from '../base/errors.js';

/** A file of an export; `path` is relative, with `/`. */
export type ExportedFile = {
  path: string;
  text: string;
  isExecutable?: boolean;
  /** It holds the secret of an account: others must not read it. */
  isSecret?: boolean;
};

export type Exported = {
  /** The first is the one to read first: it begins with the three lines of `Head`. */
  files: ExportedFile[];
  head: Head;
};

/** What each export begins with, as comments. */
export type Head = {
  /** Commands. */
  start: string;
  /** Commands. */
  look: string;
  /** One sentence each: what is not as `rmqdev up` does it. */
  differs: readonly string[];
};

/** @returns three comment lines. */
export function renderHead({ start, look, differs }: Head): string {
  return [`# Start: ${start}`, `# Look: ${look}`, `# Differs from \`rmqdev up\`: ${differs.join(' ')}`].join('\n').concat('\n');
}

/** What a target cannot say is refused, so that nothing is lost in silence. */
export function notExportable(what: string, why: string, next: string): RmqdevError {
  return new RmqdevError('NOT_EXPORTABLE', { what, why, next });
}
