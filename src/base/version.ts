import { readFileSync } from 'node:fs';
import { packageFile } from './package-files.js';

/** This package's version, from its package.json. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string };
  return version;
}
