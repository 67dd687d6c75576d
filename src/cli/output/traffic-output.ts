import type { ConsumeSummary, Received } from '../../traffic/consume.js';
import type { GroupDetails, GroupRow } from '../../traffic/groups.js';
import type { SendEvent, SendSummary } from '../../traffic/send-all.js';
import type { TopicDetails, TopicRouteView, TopicRow } from '../../traffic/topics.js';

export type SendProgress = { sent: number; total: number | undefined; showsEach: boolean };

/** What `send`, `consume`, `topic` and `group` say. */
export interface TrafficOutput {
  sent(event: SendEvent, progress: SendProgress): void;
  sendDone(summary: SendSummary): void;
  received(received: Received): void;
  consumeDone(summary: ConsumeSummary): void;
  topics(topics: readonly TopicRow[]): void;
  topic(topic: TopicDetails): void;
  topicRoute(view: TopicRouteView): void;
  groups(groups: readonly GroupRow[]): void;
  group(group: GroupDetails): void;
  /** A topic or group was made, changed or removed. */
  done(what: { topic?: string; group?: string; action: string; brokers: readonly string[] }): void;
}
