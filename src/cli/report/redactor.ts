import { realpathSync } from 'node:fs';
import { homedir, hostname, userInfo } from 'node:os';
import type { HomePaths } from '../../base/paths.js';
import { REDACTED, withoutSecrets } from './secrets.js';

/** @returns what tells of this machine and its user, in every form in which it may be written. */
export function privateNames(home: HomePaths, env: NodeJS.ProcessEnv): PrivateNames {
  const hosts = present([hostname(), env.HOSTNAME, env.HOST, env.COMPUTERNAME]);
  return {
    rmqdevHomes: [home.root].flatMap(withRealPath),
    homes: present([homedir(), env.HOME, env.USERPROFILE, accountOf()?.homedir]).flatMap(withRealPath),
    hosts: hosts.flatMap((host) => [host, host.split('.')[0] ?? host]).flatMap((host) => [host, host.toLowerCase()]),
    users: present([accountOf()?.username, env.USER, env.LOGNAME, env.SUDO_USER, env.USERNAME]),
  };
}

/** A user id without an account (containers) has none. */
function accountOf(): { username: string; homedir: string } | undefined {
  try {
    return userInfo();
  } catch {
    return undefined;
  }
}

function withRealPath(path: string): string[] {
  try {
    return [path, realpathSync(path)];
  } catch {
    return [path];
  }
}

function present(values: readonly (string | undefined)[]): string[] {
  return values.filter((value) => value !== undefined && value !== '') as string[];
}

/** What tells whose machine it is. Paths are absolute; `hosts` every form of the machine's name. */
export type PrivateNames = {
  rmqdevHomes: readonly string[];
  homes: readonly string[];
  hosts: readonly string[];
  users: readonly string[];
};

/** Names that tell nothing of anybody, and that would take much else with them. */
const TELLS_NOTHING: ReadonlySet<string> = new Set(
  'localhost localhost.localdomain root admin user home host node java rocketmq apache broker namesrv rmqdev redacted ip'.split(' '),
);
/** A shorter name is part of too much: it counts only where it stands in a path or an address. */
const MIN_WORD_CHARS = 3;

/** Another user's home, and that of Windows below WSL. */
const ANY_HOME = String.raw`(?<![A-Za-z0-9])(?:\/mnt\/[a-z])?\/(?:home|Users)\/[^\/\s"'\\:;,<>|)\]]+`;
/** Four numbers with dots, but no version of a JDK (17.0.8.1+1) or in the name of a jar. */
const IPV4 = String.raw`(?<![\w.]|jdk-|version[ =]"?)(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\w|\+\d)`;
/** Global, unique local and link-local ones: `::1` and the `a::b` of C++ are none. */
const IPV6 = String.raw`(?<![\w:.])(?:[23][0-9a-fA-F]{3}|[fF][cCdD][0-9a-fA-F]{2}|[fF][eE][89abAB][0-9a-fA-F])(?::{1,2}[0-9a-fA-F]{1,4}){1,7}(?:::)?(?![\w:])`;

/**
 * Replaces what tells whose machine it is, the same by the same everywhere: `<host>`, `<home>`, `<rmqdev-home>`, `<user>`,
 * `<ip-1>`, `<ip-2>`, …; values of secrets become `<redacted>`. Counts what it has replaced.
 */
export class Redactor {
  readonly #counts = new Map<string, number>();
  readonly #addresses = new Map<string, string>();
  readonly #pattern: RegExp;

  constructor(names: PrivateNames) {
    const alternatives = [
      named('rmqdevhome', names.rmqdevHomes.filter(isPath), pathPattern),
      named('home', names.homes.filter(isPath), pathPattern),
      `(?<anyhome>${ANY_HOME})`,
      named('host', names.hosts.filter(tells), wordPattern),
      `(?<ip>${IPV4}|${IPV6})`,
      named('user', names.users.filter(tells), wordPattern),
    ];
    this.#pattern = new RegExp(alternatives.filter((each) => each !== '').join('|'), 'g');
  }

  /** How often each was replaced; addresses are counted together. */
  get counts(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  text(text: string): string {
    return withoutSecrets(text, () => this.#count(REDACTED)).replace(this.#pattern, (...match) => this.#replaced(match[0], match.at(-1)));
  }

  #replaced(found: string, groups: Readonly<Record<string, string | undefined>>): string {
    if (groups.rmqdevhome !== undefined) return this.#count('<rmqdev-home>');
    if (groups.home !== undefined) return this.#count('<home>');
    if (groups.host !== undefined) return this.#count('<host>');
    if (groups.user !== undefined) return this.#count('<user>');
    if (groups.anyhome !== undefined) {
      this.#count('<user>');
      return `${found.slice(0, found.lastIndexOf('/'))}/<user>`;
    }
    return this.#address(found);
  }

  #address(found: string): string {
    const octets = found.split('.').map(Number);
    const isOpen = found.startsWith('127.') || found === '0.0.0.0' || found === '255.255.255.255';
    if (!found.includes(':') && (isOpen || octets.some((octet) => octet > 255))) return found;
    const name = this.#addresses.get(found) ?? `<ip-${this.#addresses.size + 1}>`;
    this.#addresses.set(found, name);
    this.#count('<ip>');
    return name;
  }

  #count(placeholder: string): string {
    this.#counts.set(placeholder, (this.#counts.get(placeholder) ?? 0) + 1);
    return placeholder;
  }
}

/** @returns an alternative of that name; the longest first, or a part of one would be found before it. */
function named(name: string, words: readonly string[], patternOf: (word: string) => string): string {
  const sorted = [...new Set(words)].sort((a, b) => b.length - a.length);
  return sorted.length === 0 ? '' : `(?<${name}>${sorted.map(patternOf).join('|')})`;
}

/** `/root` is also the end of other paths; a deeper one is nobody else's. */
function pathPattern(path: string): string {
  const isShallow = path.lastIndexOf('/') === 0;
  return `${isShallow ? '(?<![A-Za-z0-9])' : ''}${escaped(path)}(?![A-Za-z0-9])`;
}

function wordPattern(word: string): string {
  if (word.length < MIN_WORD_CHARS) return `(?<=[/@])${escaped(word)}(?=[/:\\s]|$)`;
  return `(?<![A-Za-z0-9])${escaped(word)}(?![A-Za-z0-9])`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

function isPath(path: string): boolean {
  return path.length > 2 && path.startsWith('/');
}

function tells(name: string): boolean {
  return name !== '' && !TELLS_NOTHING.has(name.toLowerCase());
}
