/**
 * @returns the `key=value` lines of a configuration as RocketMQ prints them: raw, without escapes, split at the first `=`.
 * Source: common/.../MixAll.java `properties2String`.
 */
export function parseConfigText(text: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) entries.set(line.slice(0, equals), line.slice(equals + 1));
  }
  return entries;
}

/**
 * @returns `properties` as a node reads them: `java.util.Properties`, Latin-1 with backslash escapes.
 * Source: common/.../MixAll.java `string2Properties`.
 */
export function formatConfigText(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([key, value]) => `${escapeProperty(key).replace(/[=: ]/g, '\\$&')}=${escapeProperty(value).replace(/^ /, '\\ ')}\n`)
    .join('');
}

const CONTROL_ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const escapeProperty = (text: string): string =>
  text.replace(/[^ -[\]-~]/g, (character) => CONTROL_ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
