import { messageJson } from './message-json.js';
import type { TrafficOutput } from './traffic-output.js';

export function trafficJson(print: (value: object) => void): TrafficOutput {
  return {
    sent: (event) => print(event),
    sendDone: (summary) => print({ event: 'summary', ...summary }),
    received: (received) => print(messageJson(received)),
    consumeDone: (summary) => print({ event: 'summary', ...summary }),
    topics: (topics) => print({ topics }),
    topic: print,
    topicRoute: print,
    groups: (groups) => print({ groups }),
    group: print,
    done: print,
  };
}
