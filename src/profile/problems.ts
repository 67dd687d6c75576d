import { isAbsolute, relative } from 'node:path';
import { RmqdevError } from '../base/errors.js';
import type { Path, ProfileProblem, SourcePlace } from './profile.js';

const MOST_SHOWN = 5;

/** @returns `place` for people: `file:line:column`, the file relative to `cwd` if it lies below it; or the option. */
export function formatPlace(place: SourcePlace, cwd: string): string {
  if (place.line === 0) return place.file;
  const column = place.column === undefined ? '' : `:${place.column}`;
  return `${displayPath(place.file, cwd)}:${place.line}${column}`;
}

export function displayPath(file: string, cwd: string): string {
  const below = relative(cwd, file);
  return below === '' || below.startsWith('..') || isAbsolute(below) ? file : below;
}

/** @returns `path` as users write it: `nodes.broker-a.heap`, `topics[1].name`. */
function formatPath(path: Path): string {
  return path.map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${String(step)}`)).join('');
}

/** @throws RmqdevError NAME_INVALID if only names are wrong, else PROFILE_INVALID, with the first five problems; nothing if there is none. */
export function throwProblems(profile: string, cwd: string, problems: readonly ProfileProblem[]): void {
  const texts = [...new Set(problems.map((problem) => formatProblem(problem, cwd)))];
  const [first] = problems;
  if (!first) return;
  const more = texts.length > MOST_SHOWN ? [`and ${texts.length - MOST_SHOWN} more`] : [];
  throw new RmqdevError(problems.every(({ isName }) => isName) ? 'NAME_INVALID' : 'PROFILE_INVALID', {
    what: `Profile ${profile} is not valid`,
    why: texts.length === 1 ? String(texts[0]) : [`${texts.length} problems`, ...texts.slice(0, MOST_SHOWN), ...more].join('\n  '),
    next:
      first.place.line === 0 ? `Correct ${first.place.file}` : `Correct ${displayPath(first.place.file, cwd)} and run the command again`,
  });
}

function formatProblem({ place, path, message }: ProfileProblem, cwd: string): string {
  return [formatPlace(place, cwd), ...(path.length > 0 ? [formatPath(path)] : []), message].join(': ');
}
