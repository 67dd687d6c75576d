import type { Finding } from '../base/finding.js';
import type { LintExample } from '../diagnose/lint/examples.js';
import { lint } from '../diagnose/lint.js';
import { setsOf } from './read-sets.js';

/** An address that no example has: that of the machine which an example is looked at on. */
const OWN = ['198.51.100.1'];

/** What lint says of an example of docs/lint.md, as if its files had been named in one folder. */
export async function lintExample({ files, rocketmq, encoding = undefined }: LintExample): Promise<Finding[]> {
  const isFolder = Object.keys(files).some((path) => path.includes('/') || /\.(sh|ya?ml)$/.test(path));
  const found = Object.keys(files).map((path) => ({ path, asked: !isFolder }));
  const read = async (path: string) => Buffer.from(files[path] ?? '', encoding ?? 'utf8');
  const { findings, oneMachine } = lint(await setsOf(found, read), rocketmq, OWN);
  return [...findings, ...oneMachine];
}
