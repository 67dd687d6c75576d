import type { ConsumeSummary } from '../../traffic/consume-request.js';
import type { GroupDetails, GroupRow } from '../../traffic/groups.js';
import type { Received } from '../../traffic/handing.js';
import type { SendEvent, SendSummary } from '../../traffic/send-all.js';
import type { TopicDetails, TopicRouteView, TopicRow } from '../../traffic/topics.js';

export type SendProgress = { sent: number; total: number | undefined; showsEach: boolean };

/** What `send`, `consume`, `topic` and `group` say. The answer comes last: what is worth knowing beside it is told before. */
export interface TrafficOutput {
  /** What follows is a stream; a notice belongs into it. */
  beginStream(): void;
  sent(event: SendEvent, progress: SendProgress): void;
  sendDone(summary: SendSummary): void;
  /** Resolves once it was written; rejects if nobody takes it any more. */
  received(received: Received): Promise<void>;
  consumeDone(summary: ConsumeSummary): void;
  topics(topics: readonly TopicRow[]): void;
  topic(topic: TopicDetails): void;
  topicRoute(view: TopicRouteView): void;
  groups(groups: readonly GroupRow[]): void;
  group(group: GroupDetails): void;
  /** A topic or group was made, changed or removed. */
  done(what: { topic?: string; group?: string; action: string; brokers: readonly string[] }): void;
}
