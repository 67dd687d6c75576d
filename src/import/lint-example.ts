import type { Finding } from '../base/finding.js';
import type { LintExample } from '../diagnose/lint/examples.js';
import { lint } from '../diagnose/lint.js';
import { setsOf } from './read-sets.js';

/** The address of the machine in the tests of the examples. No example has it. */
const OWN = ['198.51.100.1'];

/** What lint says about an example of docs/lint.md, as if its files were in one folder. */
export async function lintExample({ files, rocketmq, encoding = undefined }: LintExample): Promise<Finding[]> {
  const isFolder = Object.keys(files).some((path) => path.includes('/') || /\.(sh|ya?ml)$/.test(path));
  const found = Object.keys(files).map((path) => ({ path, asked: !isFolder }));
  const read = async (path: string) => Buffer.from(files[path] ?? '', encoding ?? 'utf8');
  const { findings, oneMachine } = lint(await setsOf(found, read), rocketmq, OWN);
  return [...findings, ...oneMachine];
}
