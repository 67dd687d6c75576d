import { written } from '../stdout-reader.js';
import { messageJson } from './message-json.js';
import type { TrafficOutput } from './traffic-output.js';

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
