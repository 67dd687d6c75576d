import type { Embedded } from './embedded.js';

/** `target` is the file that a script writes, as written there; `isAppended`: the script only adds to it. */
export type Written = Embedded & { target: string; isAppended: boolean };

const START = /<<(-?)\s*(?:(['"])(.+?)\2|\\?([\w.-]+))/;
const ECHO = /^\s*(?:sudo\s+)?(?:echo|printf)\s+(?:-\w+\s+)*(.+?)\s*>>?\s*("[^"]+"|'[^']+'|[^\s;&|]+)\s*;?\s*$/;

/**
 * The files that a script writes with here-documents and echo. Bodies that go to a file are no commands: they come out blank in `rest`.
 * @param expand replaces the variables that are known at a line
 */
export function writtenFiles(lines: readonly string[], expand: (text: string) => string): { written: Written[]; rest: string[] } {
  const written = new Map<string, { text: string[]; lines: number[]; isAppended: boolean }>();
  const rest = [...lines];
  const add = (target: string, text: string, line: number, isAppended: boolean) => {
    const known = written.get(target) ?? { text: [], lines: [], isAppended };
    written.set(target, known);
    known.text.push(text);
    known.lines.push(line);
  };
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] as string;
    if (/^\s*#/.test(line)) continue;
    const start = START.exec(line);
    const target = start ? targetOf(line) : undefined;
    if (start) {
      const end = start[3] ?? start[4];
      const isLiteral = start[3] !== undefined || /<<-?\s*\\/.test(start[0]);
      const last = lines.findIndex((each, at) => at > i && (start[1] ? each.replace(/^\t+/, '') : each).trimEnd() === end);
      const stop = last < 0 ? lines.length : last;
      if (target !== undefined) {
        // A file that is written again is another one, unless it is appended to.
        const isAppended = />>/.test(line) || /\btee\s+(-a|--append)\b/.test(line);
        if (!isAppended) written.delete(expand(target));
        for (let at = i + 1; at < stop; at += 1) {
          const body = start[1] ? (lines[at] as string).replace(/^\t+/, '') : (lines[at] as string);
          add(expand(target), isLiteral ? body : expand(body).replaceAll('\\$', '$'), at + 1, isAppended);
          rest[at] = '';
        }
        if (stop < lines.length) rest[stop] = '';
        i = stop;
      }
      continue;
    }
    const echo = ECHO.exec(line);
    if (echo?.[1] && echo[2] && /=/.test(echo[1])) {
      const text = /^'[^']*'$/.test(echo[1]) ? unquote(echo[1]) : expand(unquote(echo[1]));
      for (const part of text.replace(/\\n$/, '').split('\\n')) add(expand(unquote(echo[2])), part, i + 1, />>/.test(line));
    }
  }
  return {
    written: [...written].map(([target, { text, lines: at, isAppended }]) => ({
      target,
      text: `${text.join('\n')}\n`,
      lines: at,
      isAppended,
    })),
    rest,
  };
}

const unquote = (text: string) => text.trim().replace(/^(["'])(.*)\1$/, '$2');

/** The file of `cat > file <<EOF`, `cat <<EOF > file` and `tee file <<EOF`. */
function targetOf(line: string): string | undefined {
  const plain = line.replace(START, ' ');
  const found =
    /(?<![<>&\d])>{1,2}\|?\s*("[^"]+"|'[^']+'|[^\s;&|<>]+)/.exec(plain)?.[1] ??
    /\btee\s+(?:-\S+\s+)*("[^"]+"|'[^']+'|[^\s;&|<>-][^\s;&|<>]*)/.exec(plain)?.[1];
  return found === undefined || found === '/dev/null' ? undefined : unquote(found);
}
