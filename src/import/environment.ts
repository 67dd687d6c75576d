/** Words that people name their environments with, alone or as a part of a name. */
const WORDS: readonly (readonly [string, RegExp])[] = [
  ['development', /^(dev|develop|development|local)$/],
  ['test', /^(test|testing|qa|sit|fat)$/],
  ['staging', /^(uat|staging|stage|stg|pre|preprod|gray)$/],
  ['production', /^(prod|prd|production|online|release)$/],
];

/** Words that only the name of a file tells by: a folder called docker holds all there is. */
const NAME_WORDS: typeof WORDS = [...WORDS, ['containers', /^(docker|compose|k8s|kubernetes)$/]];

/** @returns the environment that a file is for, as its name or the folders above it tell; '' where they do not. */
export function environmentOf(path: string): string {
  const parts = path.split(/[/\\]/);
  const name = (parts.pop() ?? '').replace(/\.[^.]*$/, '');
  const nameOf = (word: string, table: typeof WORDS) => table.find(([, pattern]) => pattern.test(word.toLowerCase()))?.[0];
  const ofName = name
    .split(/[-_.\s]+/)
    .reverse()
    .map((word) => nameOf(word, NAME_WORDS));
  const ofFolders = parts
    .slice(-3)
    .reverse()
    .map((word) => nameOf(word, WORDS));
  return [...ofName, ...ofFolders].find((found) => found !== undefined) ?? '';
}
