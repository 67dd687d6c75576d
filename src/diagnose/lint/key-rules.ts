import type { Finding } from '../../base/finding.js';
import { nearest } from '../../base/nearest.js';
import { CONFIG_ROLES, checkValue, keysOf, lookupKey, NEVER_READ, otherNameOf, rangeOf } from '../../rocketmq/keys.js';
import type { ConfigFile, Entry } from './config-set.js';
import { finding, place } from './finding.js';
import type { NodeView } from './node-view.js';

/** What is wrong with one line of one file. */
export function keyFindings(node: NodeView): Finding[] {
  const { entries, path } = node.file;
  return entries.flatMap((entry, index) => {
    const later = entries.slice(index + 1).findLast(({ key }) => key === entry.key);
    if (later) {
      const text = [`${entry.key} stands twice`, `the last one wins: ${later.value.trim()}`, `Take line ${entry.line} away`] as const;
      return [finding('KEY_REPEATED', text, [place(path, entry), place(path, later)], later.value === entry.value ? 'info' : 'warning')];
    }
    const known = lookupKey(node.version, node.role, entry.key);
    return known ? valueFindings(node, entry, known) : [unread(node, entry)];
  });
}

function unread({ version, role, file }: NodeView, entry: Entry): Finding {
  const at = [place(file.path, entry)];
  const { key } = entry;
  const dead = NEVER_READ.get(key);
  if (dead) return finding('KEY_DEAD', [`${key} is read by no release`, dead, 'Take the line away'], at);
  const range = rangeOf(role, key);
  if (range) {
    const now = otherNameOf(key);
    const why = `a ${role} reads it from ${range.first} to ${range.last}, and says nothing about keys that it does not know`;
    return finding('KEY_NOT_READ', [`RocketMQ ${version} ignores ${key}`, why, now ? `Write ${now}` : 'Take the line away'], at);
  }
  const other = CONFIG_ROLES.find((candidate) => rangeOf(candidate, key));
  if (other)
    return finding('KEY_NOT_READ', [`a ${role} ignores ${key}`, `it is a key of a ${other}`, `Move it to the file of the ${other}`], at);
  const near = nearest(key, keysOf(version, role));
  const isNear = near !== undefined && Math.abs(near.length - key.length) <= 2 && nearest(key, [near]) === near && isClose(key, near);
  const next = isNear ? `Did you mean ${near}?` : 'Take the line away, or look the key up';
  return finding(
    'KEY_UNKNOWN',
    [`no release knows ${key}`, 'RocketMQ passes over keys that it does not know, and says nothing; case matters', next],
    at,
    isNear ? 'error' : 'warning',
  );
}

/** At most two letters differ. */
function isClose(a: string, b: string): boolean {
  const [left, right] = [a.toLowerCase(), b.toLowerCase()];
  let start = 0;
  while (start < left.length && left[start] === right[start]) start += 1;
  let end = 0;
  while (end < Math.min(left.length, right.length) - start && left.at(-1 - end) === right.at(-1 - end)) end += 1;
  return Math.max(left.length, right.length) - start - end <= 2;
}

function valueFindings({ version, file }: NodeView, entry: Entry, known: NonNullable<ReturnType<typeof lookupKey>>): Finding[] {
  const at = [place(file.path, entry)];
  const behind = /^(.*?)\s+(#|\/\/|!)(?!\S*:)/.exec(entry.value);
  if (behind) {
    const why = 'in a properties file # begins a comment only at the beginning of a line';
    return [
      finding('VALUE_COMMENT', [`the comment behind ${entry.key} is part of its value`, why, 'Put the comment on a line of its own'], at),
    ];
  }
  const issue = checkValue(version, known, entry.value);
  if (!issue) return rangeFindings(file, entry);
  const code = issue.code === 'BLANK_AT_END' ? 'VALUE_BLANK_AT_END' : 'VALUE_IGNORED';
  // A default that is what was written changes nothing.
  const isHarmless =
    code === 'VALUE_BLANK_AT_END' && known.defaultValue === entry.value.trim() && known.type !== 'boolean' && known.type !== 'String';
  const next = code === 'VALUE_BLANK_AT_END' ? 'Take the blank away' : 'Write a value that it takes';
  return [finding(code, [issue.message, 'RocketMQ refuses no value and says nothing', next], at, isHarmless ? 'warning' : issue.severity)];
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
  if (range && (value < range[0] || value > range[1])) {
    return [
      finding(
        'VALUE_OUT_OF_RANGE',
        [`${entry.key}=${entry.value} is out of range`, `it is cut to ${range[0]} to ${range[1]}`, 'Write a value within the range'],
        [place(file.path, entry)],
      ),
    ];
  }
  const hours = entry.key === 'deleteWhen' ? entry.value.split(';') : [];
  if (hours.some((hour) => !/^\d{1,2}$/.test(hour) || Number(hour) > 23)) {
    return [
      finding(
        'VALUE_OUT_OF_RANGE',
        [`deleteWhen=${entry.value} names no hour`, 'it is a list of hours from 00 to 23, separated by ;', 'Write deleteWhen=04'],
        [place(file.path, entry)],
      ),
    ];
  }
  return [];
}
