import { z } from 'zod';
import type { QueuePosition } from './broker-api.js';
import type { RemotingClient } from './client.js';
import { RequestCode, ResponseCode } from './codes.js';
import { invokeExpecting, jsonBody } from './response.js';

const subscriptionGroupsSchema = z.object({
  subscriptionGroupTable: z
    .record(
      z.string(),
      z.object({
        groupName: z.string(),
        consumeEnable: z.boolean().default(true),
        consumeBroadcastEnable: z.boolean().default(true),
        retryQueueNums: z.int().default(1),
        retryMaxTimes: z.int().default(16),
      }),
    )
    .default({}),
});

/** Source: remoting/.../protocol/subscription/SubscriptionGroupConfig.java. */
export type GroupConfig = Readonly<z.infer<typeof subscriptionGroupsSchema>['subscriptionGroupTable'][string]>;

/** @returns all consumer groups of the broker at `address`, including its own, by name. */
export async function getSubscriptionGroups(
  client: RemotingClient,
  address: string,
  signal: AbortSignal,
): Promise<Map<string, GroupConfig>> {
  const request = RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG;
  const { body } = await invokeExpecting(client, address, request, { signal });
  return new Map(Object.entries(jsonBody(address, request, body, subscriptionGroupsSchema).subscriptionGroupTable));
}

/** Removes a group and (5.x) its offsets from one broker; call it for each broker. */
export async function deleteSubscriptionGroup(
  client: RemotingClient,
  address: string,
  groupName: string,
  signal: AbortSignal,
): Promise<void> {
  const extFields = { groupName, cleanOffset: 'true' };
  await invokeExpecting(client, address, RequestCode.DELETE_SUBSCRIPTIONGROUP, { extFields, signal });
}

/** Next offset of each queue: `topic` and `group` to queueId to offset. */
export type CommittedOffset = QueuePosition & { readonly group: string; readonly offset: number };

/**
 * @returns every offset that consumers have committed on the broker at `address`. Not QUERY_CONSUMER_OFFSET: that answers 0 for a
 * group that never committed, if a queue still starts at 0. Source: broker/.../processor/ConsumerManageProcessor.java `queryConsumerOffset`.
 */
export async function getCommittedOffsets(client: RemotingClient, address: string, signal: AbortSignal): Promise<CommittedOffset[]> {
  const request = RequestCode.GET_ALL_CONSUMER_OFFSET;
  const { body } = await invokeExpecting(client, address, request, { signal });
  const schema = z.object({ offsetTable: z.record(z.string(), z.record(z.string(), z.number())).default({}) });
  return Object.entries(jsonBody(address, request, body, schema).offsetTable).flatMap(([key, offsets]) => {
    const at = key.lastIndexOf('@');
    const [topic, group] = [key.slice(0, at), key.slice(at + 1)];
    return at < 0 ? [] : Object.entries(offsets).map(([queueId, offset]) => ({ topic, group, queueId: Number(queueId), offset }));
  });
}

/** Sets the offset that `group` reads next in one queue; running consumers keep and write their own. */
export async function commitOffset(
  client: RemotingClient,
  address: string,
  { group, topic, queueId, offset }: CommittedOffset,
  signal: AbortSignal,
): Promise<void> {
  const extFields = { consumerGroup: group, topic, queueId: String(queueId), commitOffset: String(offset) };
  await invokeExpecting(client, address, RequestCode.UPDATE_CONSUMER_OFFSET, { extFields, signal });
}

const connectionsSchema = z.object({
  connectionSet: z
    .array(z.object({ clientId: z.string(), clientAddr: z.string().default(''), language: z.string().default('') }))
    .default([]),
  messageModel: z.string().optional(),
});

export type GroupMember = Readonly<z.infer<typeof connectionsSchema>['connectionSet'][number]>;

/** @returns the consumers of `group` that are connected to the broker at `address`. */
export async function getGroupMembers(client: RemotingClient, address: string, group: string, signal: AbortSignal): Promise<GroupMember[]> {
  const request = RequestCode.GET_CONSUMER_CONNECTION_LIST;
  const extFields = { consumerGroup: group };
  const accepted = [ResponseCode.SUCCESS, ResponseCode.CONSUMER_NOT_ONLINE];
  const { code, body } = await invokeExpecting(client, address, request, { extFields, signal }, accepted);
  return code === ResponseCode.SUCCESS ? jsonBody(address, request, body, connectionsSchema).connectionSet : [];
}
