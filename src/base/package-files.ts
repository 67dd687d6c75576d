import { fileURLToPath } from 'node:url';

/**
 * @returns the absolute path of a file or folder of this package. All files that are run are two folders below its root: this one in
 * `src/base` and `dist/base`, and the bundles in `dist/bin`.
 */
export const packageFile = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
