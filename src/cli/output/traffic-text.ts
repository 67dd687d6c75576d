import { isUtf8 } from 'node:buffer';
import { grouped } from '../../base/grouped.js';
import { formatBytes, formatDuration } from '../../base/units.js';
import type { ConsumeSummary } from '../../traffic/consume-request.js';
import type { Received } from '../../traffic/handing.js';
import type { SendEvent, SendSummary } from '../../traffic/send-all.js';
import type { SendProgress, TrafficOutput } from './output.js';
import { written } from './stdout.js';
import { table } from './table.js';
import { type Colors, colorsFor, localTime, printable } from './terminal.js';

type Failed = Extract<SendEvent, { event: 'failed' }>;

/** Tells the first failure of an outage, and then only how many more there were: a steady send meets hundreds. The last reason is that of the run. */
export class SendOutage {
  readonly #tell: (text: string) => void;
  #isOn = false;
  #more = 0;
  #last = 0;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  failed({ n, tries, why }: Failed): void {
    if (this.#isOn) {
      this.#more += 1;
      this.#last = Math.max(this.#last, n);
      return;
    }
    this.#isOn = true;
    this.#tell(`message ${n} after ${tries} ${tries === 1 ? 'try' : 'tries'}: ${why}`);
  }

  /** @param isStoredAgain a message was stored after it; else the send is over */
  ended({ isStoredAgain } = { isStoredAgain: false }): void {
    if (this.#more > 0)
      this.#tell(
        `${this.#more} more ${this.#more === 1 ? 'message' : 'messages'}, up to message ${this.#last}${isStoredAgain ? '; then they are stored again' : ''}`,
      );
    this.#isOn = false;
    this.#more = 0;
    this.#last = 0;
  }
}

const PROGRESS_EVERY_MS = 500;
const MAX_BODY_CHARS = 2_000;

/** Words for people about messages, topics and groups. */
export function trafficText(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream, colors: Colors): TrafficOutput {
  const print = (text: string) => void stdout.write(`${text}\n`);
  const note = (text: string) => void stderr.write(`${text}\n`);
  let shownAt = 0;
  const showCount = ({ sent, total }: SendProgress) => {
    if (!stderr.isTTY || Date.now() - shownAt < PROGRESS_EVERY_MS) return;
    shownAt = Date.now();
    stderr.write(`\r\u001b[K${sent}${total === undefined ? '' : `/${total}`} sent`);
  };
  const endCount = () => {
    if (shownAt !== 0) stderr.write('\r\u001b[K');
    shownAt = 0;
  };

  const outage = new SendOutage((text) => {
    endCount();
    note(`${colorsFor(stderr).red('failed')} ${printable(text)}`);
  });

  return {
    beginStream: () => {},
    sent: (event, progress) => {
      if (event.event === 'failed') return outage.failed(event);
      outage.ended({ isStoredAgain: true });
      if (progress.showsEach) return print(renderSent(event, colors));
      showCount(progress);
    },
    sendDone: (summary) => {
      outage.ended();
      endCount();
      print(renderSummary(summary, colors));
    },
    received: (received) => written(stdout, `${renderReceived(received, colors)}\n`),
    consumeDone: (summary) => {
      const { received, elapsedMs, topic } = summary;
      note(`${count(received, 'message')} of ${topic} in ${formatDuration(elapsedMs)}${committedWords(summary)}`);
    },
    topics: (topics) => {
      if (topics.length === 0) return print('No topic yet. `rmqdev topic create Test`, or a first `rmqdev send Test`, makes one.');
      const rows = topics.map(({ topic, brokers, queues, messages }) => [topic, brokers.join(', '), String(queues), orDash(messages)]);
      print(table(['TOPIC', 'BROKERS', 'QUEUES', 'MESSAGES'], rows, colors.dim));
    },
    topic: ({ topic, brokers, queues, messages, groups }) => {
      print(
        `${topic}  ${orDash(messages)} messages  ${brokers.map(({ brokerName, perm }) => `${brokerName} ${permWord(perm)}`).join(', ')}`,
      );
      const rows = queues.map(({ brokerName, queueId, minOffset, maxOffset }) => [
        brokerName,
        String(queueId),
        orDash(minOffset),
        orDash(maxOffset),
        minOffset === null || maxOffset === null ? '-' : String(maxOffset - minOffset),
      ]);
      print(table(['BROKER', 'QUEUE', 'FIRST', 'NEXT', 'MESSAGES'], rows, colors.dim));
      print(groups.length === 0 ? 'No consumer group reads it.' : `Read by ${groups.join(', ')}.`);
    },
    topicRoute: ({ namesrvs }) => {
      const rows = namesrvs.flatMap(({ address, error, route }) =>
        (route ?? []).length === 0
          ? [[address, error === null ? 'no route' : colors.red(error), '', '', '']]
          : (route ?? []).map(({ brokerName, perm, readQueues, writeQueues, addresses }) => [
              address,
              brokerName,
              `${readQueues} read, ${writeQueues} write`,
              permWord(perm),
              Object.entries(addresses)
                .map(([id, at]) => `${id === '0' ? 'master' : `slave ${id}`} ${at}`)
                .join(', '),
            ]),
      );
      print(table(['NAMESERVER', 'BROKER', 'QUEUES', 'PERM', 'ADDRESSES'], rows, colors.dim));
    },
    groups: (groups) => {
      if (groups.length === 0)
        return print('No consumer group yet. `rmqdev consume Test --group my-app` makes one, and so does a first consumer.');
      const rows = groups.map(({ group, topics, members, lag }) => [
        group,
        topics.join(', ') || '-',
        String(members),
        topics.length === 0 ? '-' : orDash(lag),
      ]);
      print(table(['GROUP', 'TOPICS', 'CONSUMERS', 'LAG'], rows, colors.dim));
    },
    group: ({ group, consumers, offsets, lag, config }) => {
      const retries = config === null ? '' : `  ${count(config.retryMaxTimes, 'retry', 'retries')}`;
      print(`${group}  lag ${offsets.length === 0 ? '-' : orDash(lag)}${retries}`);
      for (const { clientId, clientAddr, language } of consumers) print(printable(`  consumer ${clientId} at ${clientAddr} (${language})`));
      if (consumers.length === 0) print('  no consumer is connected');
      const rows = offsets.map(({ topic, brokerName, queueId, offset, maxOffset, lag: behind }) => [
        topic,
        brokerName,
        String(queueId),
        orDash(offset),
        orDash(maxOffset),
        orDash(behind),
      ]);
      if (rows.length > 0) print(table(['TOPIC', 'BROKER', 'QUEUE', 'OFFSET', 'NEXT', 'LAG'], rows, colors.dim));
      else print('  it has committed no offset yet');
    },
    done: ({ topic, group, action, brokers }) =>
      print(`${topic === undefined ? `Group ${group}` : `Topic ${topic}`} is ${action} on ${brokers.join(', ')}.`),
  };
}

function renderSent(
  { n, status, msgId, brokerName, queueId, queueOffset, latencyMs }: Extract<SendEvent, { event: 'sent' }>,
  colors: Colors,
): string {
  const word = status === 'SEND_OK' ? colors.green(status) : colors.yellow(status);
  return `${String(n).padStart(3)}  ${word}  ${brokerName} queue ${queueId} offset ${queueOffset}  ${msgId}  ${colors.dim(formatDuration(latencyMs))}`;
}

function renderSummary(
  { topic, created, sent, failed, elapsedMs, perSecond, latencyMs, queues, retried, mayBeTwice }: SendSummary,
  colors: Colors,
): string {
  const brokers = grouped(queues, ({ brokerName }) => brokerName);
  const rows = [...brokers].map(([brokerName, some]) => [
    brokerName,
    String(some.reduce((sum, queue) => sum + queue.sent, 0)),
    some.map(({ queueId, sent: count }) => `${queueId}:${count}`).join(' '),
  ]);
  return [
    `${count(sent, 'message')} to ${topic} in ${formatDuration(elapsedMs)}${sent > 1 ? ` (${Math.round(perSecond)} a second)` : ''}${failed > 0 ? `, ${failed} failed` : ''}`,
    ...(sent > 1 ? [table(['BROKER', 'SENT', 'QUEUE:SENT'], rows, colors.dim)] : []),
    ...(latencyMs && sent > 1
      ? [`latency  p50 ${ms(latencyMs.p50)}  p90 ${ms(latencyMs.p90)}  p99 ${ms(latencyMs.p99)}  max ${ms(latencyMs.max)}`]
      : []),
    ...(created
      ? [
          `The topic was not there: the ${brokers.size === 1 ? 'broker' : 'brokers'} made it (autoCreateTopicEnable) on ${[...brokers.keys()].join(', ')}.`,
        ]
      : []),
    ...(retried > 0 ? [`${retried} needed more than one try.`] : []),
    ...(mayBeTwice > 0 ? [`${mayBeTwice} may be stored twice: a first try was not answered in time.`] : []),
  ].join('\n');
}

/** A failed commit was told as a notice. */
function committedWords({ group, queues }: ConsumeSummary): string {
  if (group === null) return '';
  return queues.some(({ committed }) => committed !== null)
    ? `; offsets of ${group} are committed`
    : `; no offset of ${group} was committed`;
}

function renderReceived({ message, brokerName }: Received, colors: Colors): string {
  const { queueId, queueOffset, storeTimestamp, tags, keys } = message;
  const marks = printable([...(tags === undefined ? [] : [tags]), ...(keys === undefined ? [] : [`[${keys}]`])].join(' '));
  return `${colors.dim(`${localTime(storeTimestamp)}  ${brokerName} ${queueId}:${queueOffset}`)}  ${marks === '' ? '' : `${colors.cyan(marks)}  `}${renderBody(message)}`;
}

function renderBody({ body, compression }: Received['message']): string {
  if (compression !== undefined) return `(${formatBytes(body.length)}, compressed with ${compression}, which is not read here)`;
  if (!isUtf8(body)) return `(${formatBytes(body.length)} that are no text; --json has them)`;
  const text = body.toString();
  return text.length > MAX_BODY_CHARS ? `${printable(text.slice(0, MAX_BODY_CHARS))}… (${formatBytes(body.length)})` : printable(text);
}

/** Source: common/.../constant/PermName.java. */
const permWord = (perm: number): string => `${perm & 4 ? 'R' : '-'}${perm & 2 ? 'W' : '-'}`;

const ms = (value: number): string => formatDuration(Math.round(value));

const orDash = (value: number | null): string => (value === null ? '-' : String(value));

const count = (some: number, one: string, many = `${one}s`): string => `${some} ${some === 1 ? one : many}`;
