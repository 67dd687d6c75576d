import { z } from 'zod';
import type { RemotingClient } from './client.js';
import { RequestCode } from './codes.js';
import { invokeExpecting, jsonBody } from './response.js';

/** Removes a topic from one broker: its settings, queues and offsets; call it for each broker. Source: broker/.../processor/AdminBrokerProcessor.java `deleteTopic`. */
export async function deleteTopicOnBroker(client: RemotingClient, address: string, topic: string, signal: AbortSignal): Promise<void> {
  await invokeExpecting(client, address, RequestCode.DELETE_TOPIC_IN_BROKER, { extFields: { topic }, signal });
}

/** Removes a topic's route from one NameServer. Source: namesrv/.../processor/DefaultRequestProcessor.java `deleteTopicInNamesrv`. */
export async function deleteTopicOnNamesrv(client: RemotingClient, address: string, topic: string, signal: AbortSignal): Promise<void> {
  await invokeExpecting(client, address, RequestCode.DELETE_TOPIC_IN_NAMESRV, { extFields: { topic }, signal });
}

/** @returns the consumer groups that subscribe to `topic`, or have offsets in it, on one broker. */
export async function getGroupsOfTopic(client: RemotingClient, address: string, topic: string, signal: AbortSignal): Promise<string[]> {
  const request = RequestCode.QUERY_TOPIC_CONSUME_BY_WHO;
  const { body } = await invokeExpecting(client, address, request, { extFields: { topic }, signal });
  return jsonBody(address, request, body, z.object({ groupList: z.array(z.string()).default([]) })).groupList;
}
