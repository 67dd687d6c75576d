import { posix } from 'node:path';
import type { Launch, StartScript } from '../diagnose/lint/config-set.js';
import type { ConfigRole } from '../rocketmq/keys.js';

/** The names that start something, and what. Source: distribution/bin. */
const STARTERS: readonly { name: RegExp; role: ConfigRole }[] = [
  { name: /(?:^|[\s/\\."'])mqbrokercontainer(?:\.cmd|\.sh)?(?=[\s"']|$)/i, role: 'container' },
  { name: /(?:^|[\s/\\."'])mqbroker(?:\.cmd|\.sh)?(?=[\s"']|$)|\bBrokerStartup\b/i, role: 'broker' },
  { name: /(?:^|[\s/\\."'])mqnamesrv(?:\.cmd|\.sh)?(?=[\s"']|$)|\bNamesrvStartup\b/i, role: 'namesrv' },
  { name: /(?:^|[\s/\\."'])mqcontroller(?:\.cmd|\.sh)?(?=[\s"']|$)|\bControllerStartup\b/i, role: 'controller' },
  { name: /(?:^|[\s/\\."'])mqproxy(?:\.cmd|\.sh)?(?=[\s"']|$)|\bProxyStartup\b/i, role: 'proxy' },
];

const COMMENT = /^\s*(#|::|rem\b|@rem\b|echo\b|@echo\b)/i;
const HEAP = /-Xmx(\d+[kKmMgG]?)/;
/** The separators of commands in one line; quoted text is skipped. For cmd a semicolon is not a separator. */
const BETWEEN = /"[^"]*"|'[^']*'|(&&|\|\|?|;|(?<![<>])&(?![<>]))/g;
const BETWEEN_BATCH = /"[^"]*"|(&&?|\|\|?)/g;
const CONFIG_OPTIONS = /^(-c|--configFile|-bc|-pc)$/;

/** Reads what a .sh, .cmd, .bat or .ps1 starts. It runs nothing, and knows only `cd` and simple variables. */
export function readStartScript(path: string, lines: readonly string[]): Omit<StartScript, 'launches'> & { launches: Launch[] } {
  const variables = new Map<string, string>();
  const launches: Launch[] = [];
  const heaps: StartScript['heaps'][number][] = [];
  const isBatch = /\.(cmd|bat)$/i.test(path);
  let folder = '';
  for (const { text, line } of joinLines(lines)) {
    if (COMMENT.test(text)) continue;
    const expanded = expand(text, variables);
    const assigned = /^\s*(?:export\s+|set\s+"?|\$env:)?([A-Za-z_]\w*)=(.*?)"?\s*$/.exec(expanded);
    if (assigned?.[1] && assigned[1] !== 'JAVA_OPT') variables.set(assigned[1], unquote(assigned[2] ?? ''));
    const heap = HEAP.exec(expanded)?.[1];
    if (heap) heaps.push({ role: heapRole(path, expanded), text: heap, line });
    for (const command of commandsOf(expanded, isBatch ? BETWEEN_BATCH : BETWEEN)) {
      const moved = /^\s*(?:cd|pushd)\s+(?:\/d\s+)?("?)(.+?)\1\s*$/i.exec(command);
      if (moved?.[2]) folder = join(folder, unquote(moved[2]));
      const launch = launchOf(command, folder);
      if (launch) launches.push({ ...launch, line, text: text.trim() });
    }
  }
  return { path, launches, heaps };
}

function launchOf(command: string, folder: string): Omit<Launch, 'line' | 'text'> | undefined {
  const starter = STARTERS.find(({ name }) => name.test(command));
  if (!starter || /\b(ps|grep|jps|kill|pkill|tail|ls|vim?|cat|chmod|mqshutdown)\b/.test(command.split(starter.name)[0] ?? ''))
    return undefined;
  const after = command.slice((starter.name.exec(command)?.index ?? 0) + 1);
  const words = [...after.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? (match[3] as string)).slice(1);
  const wordAfter = (options: RegExp) => {
    const at = words.findIndex((word) => options.test(word));
    return at < 0 ? undefined : words[at + 1];
  };
  const config = wordAfter(CONFIG_OPTIONS);
  return {
    role: starter.role,
    config: config === undefined || config.startsWith('-') ? undefined : join(folder, config),
    file: undefined,
    namesrvAddr: wordAfter(/^(-n|--namesrvAddr)$/),
    ignored: words.filter((word, i) => /^[a-z]\w+=\S+$/i.test(word) && !words[i - 1]?.startsWith('-')),
  };
}

function commandsOf(line: string, between: RegExp): string[] {
  const commands: string[] = [];
  let start = 0;
  for (const match of line.matchAll(between)) {
    if (match[1] === undefined) continue;
    commands.push(line.slice(start, match.index));
    start = match.index + match[0].length;
  }
  return [...commands, line.slice(start)];
}

/** Forward slashes everywhere; a path that begins with a variable stays unchanged. */
function join(folder: string, path: string): string {
  const plain = path.replaceAll('\\', '/');
  const isAbsolute = /^(\/|[A-Za-z]:|\$|%|~)/.test(plain);
  return isAbsolute || folder === '' ? posix.normalize(plain) : posix.join(folder, plain);
}

function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$\{(\w+)\}|\$(\w+)|%(\w+)%/g, (whole, braces: string, bare: string, percent: string) => {
    return variables.get(braces ?? bare ?? percent) ?? whole;
  });
}

/** @returns a function that replaces the variables that a script sets, by the last value of each. */
export function variablesIn(lines: readonly string[]): (text: string) => string {
  const variables = new Map<string, string>();
  for (const { text } of joinLines(lines)) {
    const [, name, fallback, value] =
      /^\s*(?:export\s+|local\s+|readonly\s+)?([A-Za-z_]\w*)=(?:"?\$\{\w+:-([^}]*)\}"?|(.*?))\s*$/.exec(text) ?? [];
    if (name !== undefined) variables.set(name, expand(unquote(fallback ?? value ?? ''), variables));
  }
  return (text) => expand(text, variables);
}

const unquote = (text: string) => text.trim().replace(/^(["'])(.*)\1$/, '$2');

function heapRole(path: string, line: string): 'namesrv' | 'broker' | undefined {
  if (/broker/i.test(path) || /BrokerStartup|mqbroker/.test(line)) return 'broker';
  return /runserver|namesrv|nameserver/i.test(path) || /NamesrvStartup|mqnamesrv/.test(line) ? 'namesrv' : undefined;
}

/** A line that ends in a backslash, or in the caret of cmd, continues in the next one. */
export function joinLines(lines: readonly string[]): { text: string; line: number }[] {
  const joined: { text: string; line: number }[] = [];
  let open = false;
  lines.forEach((line, index) => {
    const goesOn = /[\\^]$/.test(line);
    const text = goesOn ? line.slice(0, -1) : line;
    const last = joined.at(-1);
    if (open && last) last.text += text;
    else joined.push({ text, line: index + 1 });
    open = goesOn;
  });
  return joined;
}
