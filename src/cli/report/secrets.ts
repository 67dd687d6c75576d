/** A key with one of these in it names a secret: RocketMQ's ACL files and auth properties, TLS, proxies, environment variables. */
const SECRET_PART = /secret|passw(?:or)?d|passphrase|pwd|token|credential|signature|(?:access|private|api)[-_.]?key/i;
/** Only as a separate word: `jdbc.pass`, `DB_PASS`, `userPass`. */
const SECRET_WORD = /(?:^|[._-])pass(?:$|[._-])|Pass(?![a-z])|(?:^|_)PASS(?:$|_)/;
/** A class or a line of a program, or the current folder of a shell. */
const NO_KEY = /(?:\.java|[eE]xception|[eE]rror)$|^(?:OLD)?PWD$/;
/** Values that say that there is no secret. */
const NO_SECRET = /^(?:null|true|false|none|\[\]|\{\}|""|''|<redacted>)[,;]?$/i;

/** All lengths have a limit, and no pattern can begin inside what it has passed: the time grows with the text, not with its square. */
const KEY = String.raw`[\w.-]{1,200}`;
/** A quote, or an escaped quote in a string within a string. */
const QUOTE = String.raw`\\{0,16}["']`;

const PEM = /(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----)([\s\S]*?)(-----END [A-Z ]{0,40}PRIVATE KEY-----|$(?![\s\S]))/g;
const IN_ADDRESS = /(:\/\/)([^\s/:@"'\\]{0,200}:[^\s/@"'\\]{1,400})(?=@)/g;
const AUTHORIZATION = new RegExp(
  `(\\bauthorization(?:${QUOTE})?[ \\t]{0,8}[=:][ \\t]{0,8}(?:${QUOTE})?(?:bearer|basic)[ \\t]{1,8})([^\\s"',\\\\]+)`,
  'gi',
);
/** `secretKey=a b`, `password: a b`, to the end of the line: a value of a `.properties` or YAML file may contain spaces. */
const WHOLE_LINE = new RegExp(`^([ \\t]{0,200}(?:export[ \\t]{1,8})?)(${KEY})([ \\t]{0,40}[=:][ \\t]{0,40})(\\S.*)$`, 'gim');
/** What may come before a value within a line: JSON, a log line, `-Dkey=value`, `--password value`, `["--password","value"]`, or a list of YAML. */
const BEFORE_VALUE = new RegExp(
  [
    `(?<![\\w.-])(?<key>${KEY})(?:${QUOTE})?[ \\t]{0,40}[=:][ \\t]{0,40}`,
    `(?<![\\w.-])(?<option>--?${KEY})(?:[ \\t]{1,40}(?!-)|(?:${QUOTE})[ \\t]{0,40},\\s{0,200}(?=${QUOTE})|(?:${QUOTE})?[ \\t]{0,40}\\r?\\n[ \\t]{0,200}-[ \\t]{1,40})`,
  ].join('|'),
  'g',
);
const ELEMENT = new RegExp(`(<(?:\\w{1,40}:)?(${KEY})(?:\\s[^<>]{0,400})?>)([^<]{1,4000})(?=</)`, 'g');
const OPENING_QUOTE = new RegExp(QUOTE, 'y');
const BARE_VALUE = /[^\s,;&}\])"'\\<]+/y;

export const REDACTED = '<redacted>';

/** @returns `text` with every value of a key that names a secret replaced. @param onReplaced is called for each */
export function withoutSecrets(text: string, onReplaced: () => void): string {
  const redacted = () => {
    onReplaced();
    return REDACTED;
  };
  const withoutLines = text
    .replace(PEM, (_, begin: string, _key: string, end: string) => `${begin}${redacted()}${end}`)
    .replace(IN_ADDRESS, (_, before: string) => `${before}${redacted()}`)
    .replace(AUTHORIZATION, (_, before: string) => `${before}${redacted()}`)
    .replace(WHOLE_LINE, (whole, indent: string, key: string, sign: string, value: string) =>
      isSecret(key) && !isKept(value) ? `${indent}${key}${sign}${redacted()}` : whole,
    )
    .replace(ELEMENT, (whole, open: string, key: string, value: string) =>
      isSecret(key) && !isKept(value) ? `${open}${redacted()}` : whole,
    );
  return withoutValues(withoutLines, redacted);
}

function isSecret(key: string): boolean {
  return (SECRET_PART.test(key) || SECRET_WORD.test(key)) && !NO_KEY.test(key);
}

function isKept(value: string): boolean {
  return value.trim() === '' || NO_SECRET.test(value.trim());
}

function withoutValues(text: string, redacted: () => string): string {
  let out = '';
  let done = 0;
  BEFORE_VALUE.lastIndex = 0;
  for (let match = BEFORE_VALUE.exec(text); match !== null; match = BEFORE_VALUE.exec(text)) {
    const { key, option } = match.groups ?? {};
    if (!isSecret(key ?? option ?? '')) {
      // What looks like a value may be the next key.
      BEFORE_VALUE.lastIndex = match.index + (key ?? option ?? '').length;
      continue;
    }
    const value = valueAt(text, BEFORE_VALUE.lastIndex);
    if (isKept(text.slice(value.start, value.end))) continue;
    out += `${text.slice(done, value.start)}${redacted()}`;
    done = value.end;
    BEFORE_VALUE.lastIndex = Math.max(value.end, BEFORE_VALUE.lastIndex);
  }
  return out + text.slice(done);
}

/** Where the text of the value at `start` is: up to the closing quote, to the end of a list or map, else one word. */
function valueAt(text: string, start: number): { start: number; end: number } {
  OPENING_QUOTE.lastIndex = start;
  const quote = OPENING_QUOTE.exec(text)?.[0];
  if (quote !== undefined) return { start: start + quote.length, end: endOfQuoted(text, start + quote.length, quote) };
  if (text[start] === '[' || text[start] === '{') return { start, end: endOfBrackets(text, start) };
  BARE_VALUE.lastIndex = start;
  return { start, end: start + (BARE_VALUE.exec(text)?.[0].length ?? 0) };
}

/** A quote of the same kind ends the value if it has no more backslashes than the opening quote; else it is part of the text. */
function endOfQuoted(text: string, start: number, quote: string): number {
  const mark = quote.at(-1) as string;
  let slashes = 0;
  for (let at = start; at < text.length && text[at] !== '\n'; at += 1) {
    if (text[at] === '\\') slashes += 1;
    else {
      if (text[at] === mark && slashes <= quote.length - 1) return at - slashes;
      slashes = 0;
    }
  }
  return endOfLine(text, start);
}

function endOfBrackets(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length && text[at] !== '\n'; at += 1) {
    if (text[at] === '[' || text[at] === '{') depth += 1;
    else if (text[at] === ']' || text[at] === '}') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return endOfLine(text, start);
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end;
}
