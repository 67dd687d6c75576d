import { z } from 'zod';
import type { RemotingClient } from './client.js';
import { Perm, RequestCode, ResponseCode } from './codes.js';
import { parseConfigText } from './config-text.js';
import { invokeExpecting, jsonBody } from './response.js';

/** The replicas of one broker name: broker id (0 is the master) to `host:listenPort`. */
export type BrokerData = {
  readonly cluster: string;
  readonly brokerName: string;
  readonly brokerAddrs: ReadonlyMap<number, string>;
  /** 5.x, with slaveActingMaster. */
  readonly enableActingMaster?: boolean;
};

/** What one broker name holds of a topic. `perm`: see Perm. */
export type QueueData = {
  readonly brokerName: string;
  readonly readQueueNums: number;
  readonly writeQueueNums: number;
  readonly perm: number;
};

export type TopicRoute = { readonly brokerDatas: readonly BrokerData[]; readonly queueDatas: readonly QueueData[] };

export type ClusterInfo = {
  /** By broker name; a slave is listed even if its master never registered. */
  readonly brokers: ReadonlyMap<string, BrokerData>;
  /** Cluster name to its broker names. */
  readonly clusters: ReadonlyMap<string, readonly string[]>;
};

const brokerDataSchema = z
  .object({
    cluster: z.string(),
    brokerName: z.string(),
    brokerAddrs: z.record(z.string(), z.string()),
    enableActingMaster: z.boolean().default(false),
  })
  .transform(({ brokerAddrs, ...data }) => ({
    ...data,
    brokerAddrs: new Map(Object.entries(brokerAddrs).map(([id, address]) => [Number(id), address])),
  }));

/** Source: remoting/.../protocol/route/TopicRouteData.java. */
const topicRouteSchema = z.object({
  brokerDatas: z.array(brokerDataSchema).default([]),
  queueDatas: z.array(z.object({ brokerName: z.string(), readQueueNums: z.int(), writeQueueNums: z.int(), perm: z.int() })).default([]),
});

/** Source: remoting/.../protocol/body/ClusterInfo.java. */
const clusterInfoSchema = z.object({
  brokerAddrTable: z.record(z.string(), brokerDataSchema).default({}),
  clusterAddrTable: z.record(z.string(), z.array(z.string())).default({}),
});

/** The id under which we keep a slave that acts for its master. */
export const ACTING_MASTER_ID = -1;

/**
 * @returns the addresses of `brokerName` in `route` by brokerId. If there is no master, NameServers with supportActingMaster list the slave with the
 * lowest id as 0, without write permission for its queues. It is not a master, so we keep it under ACTING_MASTER_ID.
 * Source: namesrv/.../routeinfo/RouteInfoManager.java pickupTopicRouteData.
 */
export function brokerAddresses(route: TopicRoute | undefined, brokerName: string): ReadonlyMap<number, string> {
  const data = route?.brokerDatas.find((broker) => broker.brokerName === brokerName);
  if (!data?.enableActingMaster) return data?.brokerAddrs ?? new Map();
  const queues = route?.queueDatas.filter((queue) => queue.brokerName === brokerName) ?? [];
  if (queues.some(({ perm }) => (perm & Perm.WRITE) !== 0)) return data.brokerAddrs;
  return new Map([...data.brokerAddrs].map(([id, address]) => [id === 0 ? ACTING_MASTER_ID : id, address]));
}

/**
 * @returns the route of `topic` on the NameServer at `address`, or undefined if it has none (code 17).
 * Topics arrive with a master's registration; the topic `<brokerName>` exists on each broker.
 */
export async function getTopicRoute(
  client: RemotingClient,
  address: string,
  topic: string,
  signal: AbortSignal,
): Promise<TopicRoute | undefined> {
  const request = RequestCode.GET_ROUTEINFO_BY_TOPIC;
  const extFields = { topic, acceptStandardJsonOnly: 'true' };
  const response = await invokeExpecting(client, address, request, { extFields, signal }, [
    ResponseCode.SUCCESS,
    ResponseCode.TOPIC_NOT_EXIST,
  ]);
  if (response.code === ResponseCode.TOPIC_NOT_EXIST) return undefined;
  return jsonBody(address, request, response.body, topicRouteSchema);
}

/** @returns all brokers that the NameServer at `address` knows. */
export async function getClusterInfo(client: RemotingClient, address: string, signal: AbortSignal): Promise<ClusterInfo> {
  const request = RequestCode.GET_BROKER_CLUSTER_INFO;
  const { body } = await invokeExpecting(client, address, request, { signal });
  const { brokerAddrTable, clusterAddrTable } = jsonBody(address, request, body, clusterInfoSchema);
  return { brokers: new Map(Object.entries(brokerAddrTable)), clusters: new Map(Object.entries(clusterAddrTable)) };
}

/** @returns the topics that have a route on the NameServer at `address`, in its order. */
export async function getTopicList(client: RemotingClient, address: string, signal: AbortSignal): Promise<string[]> {
  const request = RequestCode.GET_ALL_TOPIC_LIST_FROM_NAMESERVER;
  const { body } = await invokeExpecting(client, address, request, { signal });
  return jsonBody(address, request, body, z.object({ topicList: z.array(z.string()).default([]) })).topicList;
}

/** @returns the effective configuration of the NameServer at `address`. */
export async function getNamesrvConfig(client: RemotingClient, address: string, signal: AbortSignal): Promise<Map<string, string>> {
  const { body } = await invokeExpecting(client, address, RequestCode.GET_NAMESRV_CONFIG, { signal });
  return parseConfigText(body.toString());
}
