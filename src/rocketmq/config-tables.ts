import { isGroupTopic, isSystemGroup, isSystemTopic } from './system-names.js';

/**
 * Reads what it can of a broker's JSON table, whole or cut off, without a parser: the names, and for offsets their values.
 * Source: the files as 4.9.7 and 5.5.0 write them (fastjson, fastjson2); common/.../TopicConfig.java, SubscriptionGroupConfig.java,
 * broker/.../offset/ConsumerOffsetManager.java (`topic@group`, queue ids as bare keys; 5.x repeats the keys in pullOffsetTable).
 */
export type Entries = ReadonlyMap<string, number>;

type Table = {
  /** The words for one entry and for several. */
  words: readonly [string, string];
  read: (text: string) => Map<string, number>;
  /** RocketMQ creates it again by itself. */
  isOwn: (name: string, ownNames: ReadonlySet<string>) => boolean;
};

const names = (pattern: RegExp) => (text: string) => new Map([...text.matchAll(pattern)].map(([, name = '']) => [name, 0]));

/** By the name of the file. */
export const CONFIG_TABLES: Readonly<Record<string, Table>> = {
  'topics.json': {
    words: ['topic', 'topics'],
    read: names(/"topicName"\s{0,9}:\s{0,9}"([^"\\]{1,255})"/g),
    isOwn: (name, ownNames) => isSystemTopic(name, ownNames) || isGroupTopic(name),
  },
  'subscriptionGroup.json': {
    words: ['group', 'groups'],
    read: names(/"groupName"\s{0,9}:\s{0,9}"([^"\\]{1,255})"/g),
    isOwn: isSystemGroup,
  },
  'consumerOffset.json': {
    words: ['the last offsets of', 'the last offsets of'],
    read: offsets,
    isOwn: (name) => isSystemGroup(name.slice(name.indexOf('@') + 1)) || isGroupTopic(name),
  },
};

/** `topic@group` to the sum over its queues. */
function offsets(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, key = '', queues = ''] of text.matchAll(/"([^"@\\]{1,255}@[^"\\]{1,255})"\s{0,9}:\s{0,9}\{([^{}"]{0,65536})/g)) {
    const sum = [...queues.matchAll(/\d{1,10}\s{0,9}:\s{0,9}(\d{1,19})/g)].reduce((total, [, offset]) => total + Number(offset), 0);
    found.set(key, Math.max(found.get(key) ?? 0, sum));
  }
  return found;
}

/** @returns how many queues each topic has in what can be read of topics.json. Its keys are sorted: `readQueueNums` comes before the name. */
export function queuesOfTopics(text: string): Map<string, number> {
  const pattern = /"readQueueNums"\s{0,9}:\s{0,9}(\d{1,6})\s{0,9},[^{}]{0,200}?"topicName"\s{0,9}:\s{0,9}"([^"\\]{1,255})"/g;
  return new Map([...text.matchAll(pattern)].map(([, queues, name = '']) => [name, Number(queues)]));
}
