import { isUtf8 } from 'node:buffer';
import type { Received } from '../../traffic/handing.js';
import type { TrafficOutput } from './output.js';
import { written } from './stdout.js';

/** UNIQ_KEY of a message, which clients call msgId; in messages without one it is where it is stored. */
export const msgIdOf = ({ message }: Received): string => message.properties.UNIQ_KEY ?? message.msgId;

/** @returns a message as `--json` prints it. A body that is no UTF-8 is null, with `bodyBase64` beside it. */
export function messageJson(received: Received): object {
  const { message, brokerName, address } = received;
  const isText = message.compression === undefined && isUtf8(message.body);
  return {
    event: 'message',
    topic: message.topic,
    brokerName,
    queueId: message.queueId,
    queueOffset: message.queueOffset,
    msgId: msgIdOf(received),
    offsetMsgId: message.msgId,
    tags: message.tags ?? null,
    keys: message.keys ?? null,
    properties: message.properties,
    body: isText ? message.body.toString() : null,
    ...(isText ? {} : { bodyBase64: message.body.toString('base64'), compression: message.compression ?? null }),
    bodyBytes: message.body.length,
    bornAt: new Date(message.bornTimestamp).toISOString(),
    storedAt: new Date(message.storeTimestamp).toISOString(),
    bornHost: message.bornHost,
    storeHost: message.storeHost,
    readFrom: address,
  };
}

type Json = {
  beginStream(): void;
  /** One object of a stream. */
  line(value: object): void;
  /** The one object of a command. */
  answer(value: object): void;
};

export function trafficJson(stdout: NodeJS.WritableStream, { beginStream, line, answer }: Json): TrafficOutput {
  return {
    beginStream,
    sent: line,
    sendDone: (summary) => line({ event: 'summary', ...summary }),
    received: (received) => written(stdout, `${JSON.stringify(messageJson(received))}\n`),
    consumeDone: (summary) => line({ event: 'summary', ...summary }),
    topics: (topics) => answer({ topics }),
    topic: answer,
    topicRoute: answer,
    groups: (groups) => answer({ groups }),
    group: answer,
    done: answer,
  };
}
