import { RmqdevError } from '../../base/errors.js';
import { GROUP_MAX_LENGTH, TOPIC_MAX_LENGTH, TOPIC_OR_GROUP } from '../../profile/names.js';

/** @throws NAME_INVALID where RocketMQ would refuse the name */
export function checkName(kind: 'topic' | 'group', name: string): void {
  const limit = kind === 'topic' ? TOPIC_MAX_LENGTH : GROUP_MAX_LENGTH;
  const isShort = name.length <= limit;
  if (isShort && TOPIC_OR_GROUP.test(name)) return;
  throw new RmqdevError('NAME_INVALID', {
    what: `"${name}" is no name of a ${kind}`,
    why: isShort
      ? 'it may have letters, digits, - _ % and | only, and at least one'
      : `it has ${name.length} characters, and ${limit} are allowed`,
    next: `Choose another one, such as ${name.replace(/[^%|a-zA-Z0-9_-]+/g, '-').slice(0, limit) || 'Test'}`,
  });
}
