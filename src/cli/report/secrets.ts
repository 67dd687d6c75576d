/** Words of which one makes a key that of a secret: RocketMQ's ACL files and auth properties, TLS, proxies, environment variables. */
const SECRET = '(?:access[-_.]?key|secret|passw(?:or)?d|passphrase|token|credential|private[-_.]?key|api[-_.]?key)';
const KEY = `[\\w.-]*${SECRET}[\\w.-]*`;
/** A quote as it stands, or escaped in a string within a string. */
const QUOTE = `\\\\*["']`;

/** `secretKey=a b`, `password: a b`, to the end of the line: a value of a `.properties` or YAML file may hold blanks. */
const WHOLE_LINE = new RegExp(`^([ \\t]*(?:export[ \\t]+)?)(${KEY})([ \\t]*[=:][ \\t]*)(\\S.*)$`, 'gim');
/** The same within a line: JSON, a log line, `-Dkey=value`. */
const WITHIN_LINE = new RegExp(
  `(?<![\\w.-])((?:${QUOTE})?)(${KEY})(\\1[ \\t]*[=:][ \\t]*)(?:(${QUOTE})(.*?)\\4|([^\\s,;&}\\])"'\\\\]+))`,
  'gi',
);
/** `--password value` */
const OPTION = new RegExp(`(?<![\\w-])(--?${KEY})([ \\t]+)([^\\s-]\\S*)`, 'gi');
const AUTHORIZATION = /(\bauthorization["']?[ \t]*[=:][ \t]*["']?(?:bearer|basic)[ \t]+)([^\s"',]+)/gi;
const IN_ADDRESS = /(\b[a-z][\w+.-]*:\/\/)([^\s/:@]+:[^\s/@]+)(?=@)/gi;
const PEM = /(-----BEGIN [A-Z ]*PRIVATE KEY-----)([\s\S]*?)(-----END [A-Z ]*PRIVATE KEY-----|$(?![\s\S]))/g;

/** What says that there is none, or only where a class or a line of a program is. */
const NO_SECRET = /^(?:null|true|false|none|\[\]|\{\}|""|''|<redacted>)[,;]?$/i;
const NO_KEY = /(?:\.java|exception|error)$/i;

export const REDACTED = '<redacted>';

/** @returns `text` with every value of a key that names a secret replaced. @param onReplaced is told of each */
export function withoutSecrets(text: string, onReplaced: () => void): string {
  const isKept = (key: string, value: string) => value === '' || NO_SECRET.test(value.trim()) || NO_KEY.test(key);
  const redacted = () => {
    onReplaced();
    return REDACTED;
  };
  return text
    .replace(PEM, (_, begin: string, _key: string, end: string) => `${begin}${redacted()}${end}`)
    .replace(IN_ADDRESS, (_, scheme: string) => `${scheme}${redacted()}`)
    .replace(AUTHORIZATION, (_, before: string) => `${before}${redacted()}`)
    .replace(WHOLE_LINE, (whole, indent: string, key: string, sign: string, value: string) =>
      isKept(key, value) ? whole : `${indent}${key}${sign}${redacted()}`,
    )
    .replace(WITHIN_LINE, (whole, open: string, key: string, sign: string, quote = '', quoted = '', bare = '') => {
      if (isKept(key, quoted || bare)) return whole;
      return `${open}${key}${sign}${quote}${redacted()}${quote}`;
    })
    .replace(OPTION, (whole, key: string, blank: string, value: string) => (isKept(key, value) ? whole : `${key}${blank}${redacted()}`));
}
