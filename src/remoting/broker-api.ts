import { systemClock } from '../base/clock.js';
import {
  type HaStatus,
  haStatusSchema,
  type RuntimeInfo,
  runtimeInfoSchema,
  type TopicConfig,
  topicConfigsSchema,
} from './broker-bodies.js';
import type { RemotingClient } from './client.js';
import { Perm, RequestCode, ResponseCode } from './codes.js';
import { formatConfigText, parseConfigText } from './config-text.js';
import { compressBody, decodeMessages, encodeProperties, MessageProperty, type StoredMessage } from './message-codec.js';
import { invokeExpecting, jsonBody } from './response.js';

/** In its first second a broker may answer code 1 here: try again, it is not a failure. */
export async function getRuntimeInfo(client: RemotingClient, address: string, signal: AbortSignal): Promise<RuntimeInfo> {
  const request = RequestCode.GET_BROKER_RUNTIME_INFO;
  const { body } = await invokeExpecting(client, address, request, { signal });
  return jsonBody(address, request, body, runtimeInfoSchema);
}

/** @returns the effective configuration of the broker at `address`. */
export async function getBrokerConfig(client: RemotingClient, address: string, signal: AbortSignal): Promise<Map<string, string>> {
  const { body } = await invokeExpecting(client, address, RequestCode.GET_BROKER_CONFIG, { signal });
  return parseConfigText(body.toString());
}

/**
 * Changes keys of a running broker, which also rewrites its `-c` file with every effective key.
 * `brokerPermission` makes it register with all its NameServers before it answers.
 * Source: broker/.../processor/AdminBrokerProcessor.java `updateBrokerConfig`.
 */
export async function updateBrokerConfig(
  client: RemotingClient,
  address: string,
  properties: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const body = Buffer.from(formatConfigText(properties));
  await invokeExpecting(client, address, RequestCode.UPDATE_BROKER_CONFIG, { body, signal });
}

/** The topic whose settings an automatically created topic gets. Source: common/.../topic/TopicValidator.java. */
export const DEFAULT_TOPIC = 'TBW102';

export type TopicSettings = {
  readonly topic: string;
  readonly readQueueNums: number;
  readonly writeQueueNums: number;
  /** Bits of Perm; default READ and WRITE. */
  readonly perm?: number;
  readonly order?: boolean;
};

/** Creates or changes a topic on one broker: call it for each master. Source: remoting/.../protocol/header/CreateTopicRequestHeader.java. */
export async function createTopic(client: RemotingClient, address: string, settings: TopicSettings, signal: AbortSignal): Promise<void> {
  const extFields = {
    topic: settings.topic,
    defaultTopic: DEFAULT_TOPIC,
    readQueueNums: String(settings.readQueueNums),
    writeQueueNums: String(settings.writeQueueNums),
    perm: String(settings.perm ?? Perm.READ | Perm.WRITE),
    topicFilterType: 'SINGLE_TAG',
    topicSysFlag: '0',
    order: String(settings.order ?? false),
  };
  await invokeExpecting(client, address, RequestCode.UPDATE_AND_CREATE_TOPIC, { extFields, signal });
}

/** Omitted fields get RocketMQ's default. Source: remoting/.../protocol/subscription/SubscriptionGroupConfig.java. */
export type SubscriptionGroup = {
  readonly groupName: string;
  readonly consumeEnable?: boolean;
  readonly consumeBroadcastEnable?: boolean;
  readonly retryQueueNums?: number;
  readonly retryMaxTimes?: number;
};

/** Creates or changes a consumer group on one broker: call it for each master. */
export async function createSubscriptionGroup(
  client: RemotingClient,
  address: string,
  group: SubscriptionGroup,
  signal: AbortSignal,
): Promise<void> {
  const body = Buffer.from(JSON.stringify(group));
  await invokeExpecting(client, address, RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, { body, signal });
}

/** @returns all topics of the broker at `address`, including its system topics, by name. */
export async function getTopicConfigs(client: RemotingClient, address: string, signal: AbortSignal): Promise<Map<string, TopicConfig>> {
  const request = RequestCode.GET_ALL_TOPIC_CONFIG;
  const { body } = await invokeExpecting(client, address, request, { signal });
  const { topicConfigTable } = jsonBody(address, request, body, topicConfigsSchema);
  return new Map(Object.entries(topicConfigTable));
}

/** 5.x only: a 4.x broker answers code 3, or (4.4.0, 4.5.1) never. */
export async function getHaStatus(client: RemotingClient, address: string, signal: AbortSignal): Promise<HaStatus> {
  const request = RequestCode.GET_BROKER_HA_STATUS;
  const { body } = await invokeExpecting(client, address, request, { signal });
  return jsonBody(address, request, body, haStatusSchema);
}

/** Queues of a topic that a send creates. Source: client/.../producer/DefaultMQProducer.java. */
const DEFAULT_TOPIC_QUEUE_NUMS = 4;

/** Codes with which a message is stored. Source: client/.../producer/SendStatus.java. */
const STORED_CODES = [
  ResponseCode.SUCCESS,
  ResponseCode.FLUSH_DISK_TIMEOUT,
  ResponseCode.SLAVE_NOT_AVAILABLE,
  ResponseCode.FLUSH_SLAVE_TIMEOUT,
];

const PULLED_CODES = [
  ResponseCode.SUCCESS,
  ResponseCode.PULL_NOT_FOUND,
  ResponseCode.PULL_RETRY_IMMEDIATELY,
  ResponseCode.PULL_OFFSET_MOVED,
];

/** Source: common/.../sysflag/PullSysFlag.java. */
const PullFlag = { SUSPEND: 2, SUBSCRIPTION: 4 } as const;

export type OutgoingMessage = {
  readonly topic: string;
  readonly queueId: number;
  /** Only for a proxy, which must know to which broker it passes the request. */
  readonly brokerName?: string;
  /** Uncompressed; a large body is sent compressed, as RocketMQ's own producers do. */
  readonly body: Buffer;
  readonly tags?: string;
  /** Separated by spaces if there are several. */
  readonly keys?: string;
  readonly producerGroup: string;
  /** 1 to 18 of `messageDelayLevel` (1s 5s 10s 30s 1m … 2h). */
  readonly delayLevel?: number;
  readonly properties?: Readonly<Record<string, string>>;
};

export type SendResult = {
  /** 0 stored as the broker's role promises; 10 not flushed in time; 11 no slave; 12 slave not in time. It is stored in all cases. */
  readonly code: number;
  readonly remark: string | undefined;
  readonly msgId: string;
  readonly queueId: number;
  readonly queueOffset: number;
};

/**
 * Sends one message to the broker at `address`, which creates the topic if allowed (`autoCreateTopicEnable`).
 * Rejects with ResponseError on any code but 0, 10, 11 and 12.
 * Source: remoting/.../protocol/header/SendMessageRequestHeaderV2.java (one letter per field).
 */
export async function sendMessage(
  client: RemotingClient,
  address: string,
  message: OutgoingMessage,
  signal: AbortSignal,
): Promise<SendResult> {
  const properties = {
    ...message.properties,
    ...(message.tags !== undefined && { [MessageProperty.TAGS]: message.tags }),
    ...(message.keys !== undefined && { [MessageProperty.KEYS]: message.keys }),
    ...(message.delayLevel !== undefined && { [MessageProperty.DELAY]: String(message.delayLevel) }),
  };
  const { body, sysFlag } = compressBody(message.body);
  const extFields = {
    a: message.producerGroup,
    b: message.topic,
    c: DEFAULT_TOPIC,
    d: String(DEFAULT_TOPIC_QUEUE_NUMS),
    e: String(message.queueId),
    f: String(sysFlag),
    g: String(systemClock.now()),
    h: '0',
    i: encodeProperties(properties),
    j: '0',
    k: 'false',
    m: 'false',
    ...(message.brokerName !== undefined && { n: message.brokerName }),
  };
  const { code, remark, ...response } = await invokeExpecting(
    client,
    address,
    RequestCode.SEND_MESSAGE_V2,
    { extFields, body, signal },
    STORED_CODES,
  );
  const { msgId, queueId, queueOffset } = response.extFields;
  return { code, remark, msgId: msgId ?? '', queueId: Number(queueId), queueOffset: Number(queueOffset) };
}

/**
 * `brokerName` is only for a proxy, which passes the request on to that broker; a broker ignores it.
 * Source: proxy/.../remoting/activity/AbstractRemotingActivity.java (`bname`; `n` of SEND_MESSAGE_V2); remoting/.../rpc/RpcRequestHeader.java.
 */
export type QueuePosition = { readonly topic: string; readonly queueId: number; readonly brokerName?: string };

const passedOnTo = ({ brokerName }: Pick<QueuePosition, 'brokerName'>) => (brokerName === undefined ? {} : { bname: brokerName });

export type PullRequest = QueuePosition & {
  readonly offset: number;
  /** At most 32 by a broker's default (`maxTransferCountOnMessageInMemory`). */
  readonly maxMessages: number;
  readonly consumerGroup: string;
  /** Tags, as in `TagA || TagB`; default: all. The broker compares only hashes, so it may return messages with other tags. */
  readonly subscription?: string;
  /**
   * How long the broker may hold the request if it has no message yet; default: it answers at once. It checks the
   * time only every 5 s, so the answer may come up to 5 s later. Source: broker/.../longpolling/PullRequestHoldService.java.
   */
  readonly suspendMs?: number;
};

export type PullResult = {
  /** 0 found, 19 nothing there, 20 nothing for now, 21 offset moved: continue at `nextBeginOffset` (4.4.0 says 0 if `offset` was beyond the end). */
  readonly code: number;
  readonly nextBeginOffset: number;
  readonly minOffset: number;
  readonly maxOffset: number;
  /** Empty unless code is 0. */
  readonly messages: readonly StoredMessage[];
};

/**
 * Pulls from one queue without a consumer's heartbeat, and commits nothing. A slave answers too (5.x: with `slaveReadEnable`).
 * Rejects with ResponseError on any code but 0, 19, 20 and 21.
 * Source: remoting/.../protocol/header/PullMessageRequestHeader.java, broker/.../processor/PullMessageProcessor.java.
 */
export async function pullMessages(client: RemotingClient, address: string, pull: PullRequest, signal: AbortSignal): Promise<PullResult> {
  const extFields = {
    consumerGroup: pull.consumerGroup,
    topic: pull.topic,
    queueId: String(pull.queueId),
    queueOffset: String(pull.offset),
    maxMsgNums: String(pull.maxMessages),
    sysFlag: String(PullFlag.SUBSCRIPTION | (pull.suspendMs === undefined ? 0 : PullFlag.SUSPEND)),
    commitOffset: '0',
    suspendTimeoutMillis: String(pull.suspendMs ?? 0),
    subscription: pull.subscription ?? '*',
    subVersion: '0',
    expressionType: 'TAG',
    ...passedOnTo(pull),
  };
  const response = await invokeExpecting(client, address, RequestCode.PULL_MESSAGE, { extFields, signal }, PULLED_CODES);
  const { nextBeginOffset, minOffset, maxOffset } = response.extFields;
  return {
    code: response.code,
    nextBeginOffset: Number(nextBeginOffset),
    minOffset: Number(minOffset),
    maxOffset: Number(maxOffset),
    messages: response.code === ResponseCode.SUCCESS ? decodeMessages(response.body) : [],
  };
}

/** @returns the offset that the next message of the queue will get; 0 if the broker has no such queue. */
export const getMaxOffset = (client: RemotingClient, address: string, queue: QueuePosition, signal: AbortSignal): Promise<number> =>
  queueOffset(client, address, RequestCode.GET_MAX_OFFSET, queue, signal);

/** @returns the offset of the oldest message that the queue still has. */
export const getMinOffset = (client: RemotingClient, address: string, queue: QueuePosition, signal: AbortSignal): Promise<number> =>
  queueOffset(client, address, RequestCode.GET_MIN_OFFSET, queue, signal);

/** @returns the offset of the first message of the queue that was stored at or after `timestamp`; the end of the queue if there is none. */
export const searchOffset = (
  client: RemotingClient,
  address: string,
  queue: QueuePosition,
  timestamp: number,
  signal: AbortSignal,
): Promise<number> =>
  queueOffset(client, address, RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, queue, signal, { timestamp: String(Math.round(timestamp)) });

async function queueOffset(
  client: RemotingClient,
  address: string,
  request: number,
  queue: QueuePosition,
  signal: AbortSignal,
  more: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { extFields } = await invokeExpecting(client, address, request, {
    extFields: { topic: queue.topic, queueId: String(queue.queueId), ...passedOnTo(queue), ...more },
    signal,
  });
  return Number(extFields.offset);
}
