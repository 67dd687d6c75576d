import { z } from 'zod';
import { didYouMean } from '../base/nearest.js';
import type { Path, ProfileProblem } from './profile.js';
import { ProfileFile } from './profile-schema.js';
import { entriesOf, partAt, placeAt, type Tree, toPlain } from './source-tree.js';

type Issue = z.core.$ZodIssue;

/** Checks the shape of one layer (a file, or one `--set`). @returns every mistake in it, in the order of the file, with the nearest known key. */
export function schemaProblems(tree: Tree): ProfileProblem[] {
  const result = ProfileFile.safeParse(toPlain(tree));
  const issues = result.success ? [] : result.error.issues;
  const problems = [...issues.flatMap((issue) => problemsOf(issue, [], tree)), ...unknownNulls(tree, [])];
  return problems.toSorted(({ place: a }, { place: b }) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0));
}

/** A null is left out before the shape is checked, and its key with it. */
function unknownNulls(tree: Tree, path: Path): ProfileProblem[] {
  const known = keysAt(ProfileFile, path);
  return [...entriesOf(tree)].flatMap(([key, entry]) => {
    if (entry.value !== null) return unknownNulls(entry, [...path, key]);
    return known.length === 0 || known.includes(key)
      ? []
      : [{ ...unknownKey(tree, [], key, known), place: entry.place, path: [...path, key] }];
  });
}

function unknownKey(tree: Tree, path: Path, key: string, known: readonly string[]): ProfileProblem {
  return {
    place: placeAt(tree, [...path, key]),
    path: [...path, key],
    message: `unknown key${didYouMean(key, known) || `; known are ${known.join(', ')}`}`,
  };
}

function problemsOf(issue: Issue, prefix: Path, tree: Tree): ProfileProblem[] {
  const path = [...prefix, ...issue.path];
  const place = placeAt(tree, path);
  const value = partAt(tree, path)?.value;
  const shown = value === undefined ? 'which is missing' : `not ${show(value)}`;
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysAt(ProfileFile, path);
      return issue.keys.map((key) => unknownKey(tree, path, key, known));
    }
    case 'invalid_key': {
      const expected = issue.issues.map(({ message }) => message).join(', ');
      return [{ place, path, message: `"${String(path.at(-1))}" cannot be used here, expected ${expected}`, isName: path[0] === 'nodes' }];
    }
    case 'invalid_union': {
      const isWrongKind = (branch: readonly Issue[]) =>
        branch.some(({ code, path }) => path.length === 0 && /invalid_(type|value)/.test(code));
      const meant = issue.errors.find((branch) => !isWrongKind(branch));
      if (meant) return meant.flatMap((inner) => problemsOf(inner, path, tree));
      const words = issue.errors.flat().flatMap((inner) => (inner.code === 'invalid_value' ? inner.values : []));
      return [{ place, path, message: `expected ${issue.message}, ${shown}${nearestOf(value, words)}` }];
    }
    case 'invalid_value':
      return [{ place, path, message: `expected ${issue.message}, ${shown}${nearestOf(value, issue.values)}` }];
    default:
      return [
        {
          place,
          path,
          message: `expected ${issue.message}, ${shown}${megabytesOf(path, value)}`,
          isName: /^broker(Cluster)?Name$/.test(String(path.at(-1))),
        },
      ];
  }
}

/** A heap of 512 bytes is what nobody means. */
function megabytesOf(path: Path, value: Tree['value'] | undefined): string {
  return path.at(-1) === 'heap' && /^\d+$/.test(String(value)) ? ` (did you mean "${value}m"?)` : '';
}

function nearestOf(value: Tree['value'] | undefined, words: readonly unknown[]): string {
  return typeof value === 'string' ? didYouMean(value, words.map(String)) : '';
}

function show(value: Tree['value']): string {
  if (value instanceof Map) return 'a map';
  if (Array.isArray(value)) return 'a list';
  return JSON.stringify(value);
}

/** @returns the keys that the map at `path` may have. */
function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  if (schema instanceof z.ZodOptional) return keysAt(schema.unwrap(), path);
  if (schema instanceof z.ZodPipe) return keysAt(schema.in, path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => keysAt(option, path));
  const [step, ...rest] = path;
  if (schema instanceof z.ZodObject) {
    if (step === undefined) return Object.keys(schema.shape);
    const inner = schema.shape[String(step)];
    return inner ? keysAt(inner, rest) : [];
  }
  if (schema instanceof z.ZodRecord && step !== undefined) return keysAt(schema.valueType, rest);
  if (schema instanceof z.ZodArray && step !== undefined) return keysAt(schema.element, rest);
  return [];
}
