/** Words in the names of environments, alone or as a part of a name. */
const WORDS: readonly (readonly [string, RegExp])[] = [
  ['development', /^(dev|develop|development|local)$/],
  ['test', /^(test|testing|qa|sit|fat)$/],
  ['staging', /^(uat|staging|stage|stg|pre|preprod|gray)$/],
  ['production', /^(prod|prd|production|online|release)$/],
];

/** Words that count only in a file name: a folder called docker can hold everything. */
const NAME_WORDS: typeof WORDS = [...WORDS, ['containers', /^(docker|compose|k8s|kubernetes)$/]];

/** How many folders above a file say something about it. */
const NEAR = 3;

/** @returns how many folders all of `paths` share: their names say nothing about the difference. */
export function commonFolders(paths: readonly string[]): number {
  const [first = [], ...others] = paths.map((path) => path.split(/[/\\]/).slice(0, -1));
  const other = first.findIndex((part, i) => others.some((parts) => parts[i] !== part));
  return other < 0 ? first.length : other;
}

/**
 * @param common how many of its folders all other files share
 * @returns the environment that a file is for, by its name or the folders above it; '' if they do not tell
 */
export function environmentOf(path: string, common: number): string {
  const parts = path.split(/[/\\]/);
  const name = (parts.pop() ?? '').replace(/\.[^.]*$/, '');
  const nameOf = (word: string, table: typeof WORDS) => table.find(([, pattern]) => pattern.test(word.toLowerCase()))?.[0];
  const ofName = name
    .split(/[-_.\s]+/)
    .reverse()
    .map((word) => nameOf(word, NAME_WORDS));
  const ofFolders = [...parts.slice(0, common).slice(-NEAR), ...parts.slice(common).slice(-NEAR)]
    .reverse()
    .map((word) => nameOf(word, WORDS));
  return [...ofName, ...ofFolders].find((found) => found !== undefined) ?? '';
}
