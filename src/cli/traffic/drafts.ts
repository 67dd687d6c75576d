import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { asError, RmqdevError } from '../../base/errors.js';
import { parseSizeBytes } from '../../base/units.js';
import type { Draft } from '../../traffic/producer.js';
import { usage } from '../usage.js';

export type DraftOptions = {
  count?: number | undefined;
  body?: string | undefined;
  file?: string | undefined;
  size?: string | undefined;
  tag?: string | undefined;
  key?: string | undefined;
  property: readonly string[];
  delay?: number | undefined;
  orderBy?: string | undefined;
};

/** Names that RocketMQ keeps for itself. Source: common/.../message/MessageConst.java `STRING_HASH_SET`. */
const RESERVED_PROPERTIES: ReadonlySet<string> = new Set(
  (
    'KEYS TAGS WAIT DELAY RETRY_TOPIC REAL_TOPIC REAL_QID TRAN_MSG PGROUP MIN_OFFSET MAX_OFFSET BUYER_ID ORIGIN_MESSAGE_ID TRANSFER_FLAG ' +
    'CORRECTION_FLAG MQ2_FLAG RECONSUME_TIME MSG_REGION UNIQ_KEY EXTEND_UNIQ_INFO MAX_RECONSUME_TIMES CONSUME_START_TIME TRACE_ON ' +
    'TRAN_PREPARED_QUEUE_OFFSET TRANSACTION_CHECK_TIMES CHECK_IMMUNITY_TIME_IN_SECONDS INSTANCE_ID CLUSTER CORRELATION_ID'
  ).split(' '),
);
const MAX_DELAY_LEVEL = 18;
/** Separators of the properties text. Source: common/.../message/MessageDecoder.java. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these two separate properties
const SEPARATORS = /[\u0001\u0002]/;

/** @returns the messages that the options ask for, and how many they are (undefined: as many as the file has lines). @throws USAGE, FILE_UNREADABLE */
export async function draftsOf(
  options: DraftOptions,
): Promise<{ drafts: AsyncIterable<Draft> | Iterable<Draft>; total: number | undefined }> {
  const { count, body, file, size } = options;
  const given = Object.entries({ '--body': body, '--file': file, '--size': size }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (given.length > 1) throw usage(given.join(' and '), 'each of them says what is in the messages', 'Keep one of them');
  const bytes = size === undefined ? undefined : parseSizeBytes(size);
  if (size !== undefined && bytes === undefined) throw usage(`--size ${size}`, 'it is no size', 'Write it as 100, 4k or 1m');
  const draftOf = drafter(options);
  if (file === '-') return { drafts: ofLines(process.stdin, count ?? Number.POSITIVE_INFINITY, draftOf), total: undefined };
  if (file !== undefined) {
    await access(file, constants.R_OK).catch((error) => {
      throw new RmqdevError('FILE_UNREADABLE', {
        what: `${file} cannot be read`,
        why: asError(error).message,
        next: 'Correct the path; `--file -` reads from a pipe',
      });
    });
    if ((await stat(file)).isDirectory())
      throw new RmqdevError('FILE_UNREADABLE', {
        what: `${file} cannot be read`,
        why: 'it is a folder',
        next: 'Name a file with a message a line; `--file -` reads from a pipe',
      });
    return { drafts: ofLines(createReadStream(file), count ?? Number.POSITIVE_INFINITY, draftOf), total: undefined };
  }
  const total = count ?? 1;
  const bodyOf =
    bytes === undefined ? (n: number) => Buffer.from(numbered(body ?? 'Hello RocketMQ {n}', n)) : () => Buffer.alloc(bytes, 'x');
  return { drafts: generated(total, (n) => draftOf(n, bodyOf(n))), total };
}

function* generated(total: number, draftOf: (n: number) => Draft): Iterable<Draft> {
  for (let n = 1; n <= total; n += 1) yield draftOf(n);
}

async function* ofLines(input: NodeJS.ReadableStream, limit: number, draftOf: (n: number, body: Buffer) => Draft): AsyncIterable<Draft> {
  let n = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (n >= limit) return;
    if (line === '') continue;
    n += 1;
    yield draftOf(n, Buffer.from(line));
  }
}

/** `{n}` stands for the number of the message. */
const numbered = (text: string, n: number): string => text.replaceAll('{n}', String(n));

function drafter({ tag, key, property, delay, orderBy }: DraftOptions): (n: number, body: Buffer) => Draft {
  if (delay !== undefined && !(Number.isInteger(delay) && delay >= 1 && delay <= MAX_DELAY_LEVEL))
    throw usage(
      `--delay ${delay}`,
      'there is no such level',
      'Levels are 1 to 18: 1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h',
    );
  const properties = property.map(nameAndValue);
  const shardingKeyOf = sharding(orderBy, { tag, key, properties });
  return (n, body) => ({
    body,
    ...(tag === undefined ? {} : { tags: numbered(tag, n) }),
    ...(key === undefined ? {} : { keys: numbered(key, n) }),
    properties: Object.fromEntries(properties.map(([name, value]) => [name, numbered(value, n)])),
    ...(delay === undefined ? {} : { delayLevel: delay }),
    ...(shardingKeyOf === undefined ? {} : { shardingKey: shardingKeyOf(n, body) }),
  });
}

function nameAndValue(text: string): [string, string] {
  const at = text.indexOf('=');
  const [name, value] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  if (name === '' || value === '' || SEPARATORS.test(text))
    throw usage(`--property ${text}`, 'it has no name, or no value', 'Write --property name=value');
  if (!RESERVED_PROPERTIES.has(name)) return [name, value];
  const own: Record<string, string> = { KEYS: '--key', TAGS: '--tag', DELAY: '--delay' };
  throw usage(`--property ${text}`, `RocketMQ uses the property ${name} itself`, own[name] ? `Use ${own[name]}` : 'Choose another name');
}

/** `key`, `tag`, `body` or the name of a property, whose value then decides on the queue. */
function sharding(
  orderBy: string | undefined,
  { tag, key, properties }: { tag: string | undefined; key: string | undefined; properties: readonly (readonly [string, string])[] },
): ((n: number, body: Buffer) => string) | undefined {
  if (orderBy === undefined) return undefined;
  if (orderBy === 'body') return (_n, body) => body.toString();
  const value = orderBy === 'key' ? key : orderBy === 'tag' ? tag : properties.find(([name]) => name === orderBy)?.[1];
  if (value !== undefined) return (n) => numbered(value, n);
  const missing = orderBy === 'key' || orderBy === 'tag' ? `--${orderBy}` : `--property ${orderBy}=…`;
  throw usage(
    `--order-by ${orderBy}`,
    `the messages have none: ${missing} is not given`,
    'Order by key, tag, body, or a property that the messages have',
  );
}
