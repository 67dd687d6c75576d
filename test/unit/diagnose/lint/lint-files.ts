import { type LintReport, lint } from '../../../../src/diagnose/lint.js';
import { setsOf } from '../../../../src/import/read-sets.js';

export type Files = Readonly<Record<string, string>>;

/** Lint on files of one folder. */
export async function lintFiles(files: Files, version?: string, own: readonly string[] = []): Promise<LintReport> {
  const read = async (path: string) => Buffer.from(files[path] ?? '');
  const sets = await setsOf(
    Object.keys(files).map((path) => ({ path, asked: false })),
    read,
  );
  return lint(sets, version, own);
}

/** `error CODE file:line …`, one a finding. */
export const lintCodes = async (files: Files, version?: string) =>
  (await lintFiles(files, version)).findings.map(
    ({ code, severity, at }) => `${severity} ${code} ${at.map(({ file, line }) => `${file}:${line}`).join(' ')}`,
  );

/** A broker with a store of its own on this host. */
export const localBroker = (name: string, port: number, ...lines: string[]) =>
  [
    `brokerName=${name}`,
    `listenPort=${port}`,
    'namesrvAddr=127.0.0.1:9876',
    `storePathRootDir=/d/${port}`,
    `storePathCommitLog=/d/${port}/commitlog`,
    ...lines,
    '',
  ].join('\n');
