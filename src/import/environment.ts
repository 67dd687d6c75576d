/** Words that people name their environments with, alone or as a part of a name. */
const WORDS: readonly (readonly [string, RegExp])[] = [
  ['development', /^(dev|develop|development|local)$/],
  ['test', /^(test|testing|qa|sit|fat)$/],
  ['staging', /^(uat|staging|stage|stg|pre|preprod|gray)$/],
  ['production', /^(prod|prd|production|online|release)$/],
];

/** @returns the environment that a file is for, as its name or the folders above it tell; '' where they do not. */
export function environmentOf(path: string): string {
  const parts = path.split(/[/\\]/);
  const name = (parts.pop() ?? '').replace(/\.[^.]*$/, '');
  const words = [...name.split(/[-_.\s]+/).reverse(), ...parts.slice(-3).reverse()];
  for (const word of words) {
    const found = WORDS.find(([, pattern]) => pattern.test(word.toLowerCase()));
    if (found) return found[0];
  }
  return '';
}
