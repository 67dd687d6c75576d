import { written } from '../stdout-reader.js';
import type { JsonNotices } from './json-notices.js';
import { messageJson } from './message-json.js';
import type { TrafficOutput } from './traffic-output.js';

export function trafficJson(stdout: NodeJS.WritableStream, notices: JsonNotices): TrafficOutput {
  const lineOf = (value: object) => `${JSON.stringify(value)}\n`;
  const event = (value: object) => void stdout.write(lineOf(value));
  const answer = (value: object) => void stdout.write(lineOf(notices.in(value)));
  return {
    beginStream: () => notices.beginStream(),
    sent: event,
    sendDone: (summary) => event({ event: 'summary', ...summary }),
    received: (received) => written(stdout, lineOf(messageJson(received))),
    consumeDone: (summary) => event({ event: 'summary', ...summary }),
    topics: (topics) => answer({ topics }),
    topic: answer,
    topicRoute: answer,
    groups: (groups) => answer({ groups }),
    group: answer,
    done: answer,
  };
}
