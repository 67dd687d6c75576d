import { readFileSync } from 'node:fs';

/** This package's version, from its package.json; the same from `src` and from `dist`. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return version;
}
