import type { Finding } from '../../base/finding.js';
import { nearest } from '../../base/nearest.js';
import { CONFIG_ROLES, checkValue, keysOf, lookupKey, NEVER_READ, otherNameOf, rangeOf } from '../../rocketmq/keys.js';
import type { ConfigFile, Entry } from './config-set.js';
import { finding, place, readable } from './finding.js';
import type { NodeView } from './node-view.js';
import { isTemplateLine, type Placeholder, placeholderOf } from './placeholder.js';

/** What is wrong with one line of one file. */
export function keyFindings(node: NodeView): Finding[] {
  const path = node.file.within ?? node.file.path;
  // Only one of two branches of a template is in the final file.
  const branches = node.file.entries.some(({ text }) => isTemplateLine(text));
  const entries = node.file.entries.filter(({ key, text }) => !isTemplateLine(text) && !placeholderOf(key));
  const last = new Map(entries.map((entry) => [entry.key, entry]));
  return entries.flatMap((entry) => {
    const later = branches ? undefined : last.get(entry.key);
    if (later && later !== entry) {
      const text = [
        `${entry.key} occurs twice`,
        `the last one wins: ${readable(later.value.trim())}`,
        `Remove line ${entry.line}`,
      ] as const;
      return [finding('KEY_REPEATED', text, [place(path, entry), place(path, later)], later.value === entry.value ? 'info' : 'warning')];
    }
    const known = lookupKey(node.version, node.role, entry.key);
    return known ? valueFindings(node, entry, known) : [unread(node, entry)];
  });
}

function unread({ version, role, file }: NodeView, entry: Entry): Finding {
  const at = [place(file.within ?? file.path, entry)];
  const { key } = entry;
  const dead = NEVER_READ.get(key);
  if (dead) return finding('KEY_DEAD', [`no release reads ${key}`, dead, 'Remove the line'], at);
  const range = rangeOf(role, key);
  if (range) {
    const now = otherNameOf(key);
    const why = `a ${role} reads it from ${range.first} to ${range.last}, and says nothing about keys that it does not know`;
    return finding('KEY_NOT_READ', [`RocketMQ ${version} ignores ${key}`, why, now ? `Write ${now}` : 'Remove the line'], at);
  }
  const other = CONFIG_ROLES.find((candidate) => rangeOf(candidate, key));
  if (other)
    return finding('KEY_NOT_READ', [`a ${role} ignores ${key}`, `it is a key of a ${other}`, `Move it to the file of the ${other}`], at);
  const near = nearest(
    key,
    [...keysOf(version, role), ...NEVER_READ.keys()].filter((candidate) => isClose(key, candidate)),
  );
  const isNear = near !== undefined;
  const isDead = isNear && NEVER_READ.has(near);
  const next = isDead ? 'Remove the line' : isNear ? `Did you mean ${near}?` : 'Remove the line, or look the key up';
  const why = isDead
    ? `${near} is not read either: ${NEVER_READ.get(near)}`
    : 'RocketMQ ignores keys that it does not know, and says nothing; case matters';
  return finding('KEY_UNKNOWN', [`no release knows ${readable(key)}`, why, next], at, isNear && !isDead ? 'error' : 'warning');
}

/** At most two letters differ; spaces, dots and dashes between words do not count. */
function isClose(a: string, b: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/[\s._-]/g, '');
  const [left, right] = [plain(a), plain(b)];
  if (Math.abs(left.length - right.length) > 2) return false;
  let start = 0;
  while (start < left.length && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < Math.min(left.length, right.length) - start && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  return Math.max(left.length, right.length) - start - end <= 2;
}

function valueFindings({ version, file }: NodeView, entry: Entry, known: NonNullable<ReturnType<typeof lookupKey>>): Finding[] {
  const at = [place(file.within ?? file.path, entry)];
  // Before backslashes are removed: \# is written on purpose.
  const behind = /^(.*?)\s+(#|\/\/|!)(?!\S*:)/.exec(entry.raw);
  if (behind) {
    const why = 'in a properties file # starts a comment only at the start of a line';
    return [finding('VALUE_COMMENT', [`the comment after ${entry.key} is part of its value`, why, 'Put the comment on its own line'], at)];
  }
  const open = placeholderOf(entry.value);
  if (open) return [placeholder(file, entry, open)];
  const issue = checkValue(version, known, entry.value);
  if (!issue) return rangeFindings(file, entry);
  const code = issue.code === 'BLANK_AT_END' ? 'VALUE_BLANK_AT_END' : 'VALUE_IGNORED';
  // If the default equals the written value, nothing changes.
  const isHarmless =
    code === 'VALUE_BLANK_AT_END' && known.defaultValue === entry.value.trim() && known.type !== 'boolean' && known.type !== 'String';
  const next = code === 'VALUE_BLANK_AT_END' ? 'Remove the space' : 'Write an allowed value';
  const text = [readable(issue.message), 'RocketMQ refuses no value, and says nothing', next] as const;
  return [finding(code, text, at, isHarmless ? 'warning' : issue.severity)];
}

/** Names and folders of templates, which another program fills in. */
const TEMPLATE_FILE = /\.(j2|jinja2?|tpl|tmpl|template|erb|ftl|mustache)$|(^|[/\\])templates?[/\\]/i;

function placeholder({ path, within }: ConfigFile, entry: Entry, { kind, text }: Placeholder): Finding {
  const isTemplate = kind === 'template' || (kind === 'variable' && (within !== undefined || TEMPLATE_FILE.test(path)));
  const why = isTemplate
    ? 'this is a template; lint did not check what depends on the value'
    : kind === 'variable'
      ? 'RocketMQ does not replace variables in its files: it uses the text as it is, unless another program fills it in'
      : 'it stands for a value that is still missing';
  const next = isTemplate ? 'Run lint on the generated file too' : `Write the value of ${entry.key}`;
  const what = `${entry.key} holds a placeholder: ${readable(text)}`;
  return finding('PLACEHOLDER', [what, why, next], [place(within ?? path, entry)], isTemplate ? 'info' : 'warning');
}

/** Source: store/.../config/MessageStoreConfig.java getDiskMaxUsedSpaceRatio; DefaultMessageStore.java (5.x ratios). */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  diskMaxUsedSpaceRatio: [10, 95],
  diskSpaceWarningLevelRatio: [35, 90],
  diskSpaceCleanForciblyRatio: [30, 85],
};

function rangeFindings(file: ConfigFile, entry: Entry): Finding[] {
  const range = RANGES[entry.key];
  const value = Number(entry.value);
  const at = [place(file.within ?? file.path, entry)];
  if (range && (value < range[0] || value > range[1])) {
    const why = `RocketMQ cuts it to the range ${range[0]} to ${range[1]}`;
    return [finding('VALUE_OUT_OF_RANGE', [`${entry.key}=${entry.value} is out of range`, why, 'Write a value within the range'], at)];
  }
  const hours = entry.key === 'deleteWhen' ? entry.value.trim().split(';') : [];
  if (hours.some((hour) => !/^\d{1,2}$/.test(hour) || Number(hour) > 23)) {
    const why = 'it is a list of hours from 00 to 23, separated by ;';
    return [finding('VALUE_OUT_OF_RANGE', [`deleteWhen=${readable(entry.value)} names no hour`, why, 'Write deleteWhen=04'], at)];
  }
  return [];
}
