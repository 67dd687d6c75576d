/** What the figures were taken on. */

import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** @returns what makes bare values comparable: the same text means the same machine, as far as can be told. */
export const machine = () =>
  `${availableParallelism()} cores (${cpus()[0]?.model.replaceAll(/\s+/g, ' ').trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GB, ${type()} ${release().split('-')[0]}`;

/** @returns {number} of the last minute. */
export const load = () => loadavg()[0];

/** @returns {string} the commit of the checkout, short; `+` if files differ from it. */
export function commit(root) {
  const git = (...args) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const isChanged = git('status', '--porcelain', '--untracked-files=no', '--', 'src', 'profiles', 'package-lock.json', 'scripts') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${isChanged ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}
