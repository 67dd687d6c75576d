/** RocketMQ's own configuration files: `key=value` lines as java.util.Properties reads them. */

/** @returns each key with its value, unescaped; comments and lines without `=` are skipped. */
export function parsePropertyFile(text: string): Map<string, string> {
  return new Map([...rawProperties(text)].map(([key, value]) => [key, unescapeProperty(value)]));
}

/** @returns each key with its value as written. */
export function rawProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const at = line.indexOf('=');
    if (at > 0 && !line.startsWith('#')) properties.set(line.slice(0, at).trim(), line.slice(at + 1));
  }
  return properties;
}

export function unescapeProperty(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})|\\(.)/g, (_, hex: string | undefined, character: string | undefined) =>
    hex ? String.fromCharCode(Number.parseInt(hex, 16)) : (character ?? ''),
  );
}
