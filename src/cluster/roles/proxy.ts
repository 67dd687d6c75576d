import { sendMessage } from '../../remoting/broker-api.js';
import { getGroupMembers } from '../../remoting/group-api.js';
import { http2Answers } from '../../remoting/http2-port.js';
import { getTopicRoute, type TopicRoute } from '../../remoting/namesrv-api.js';
import { lookupKey } from '../../rocketmq/keys.js';
import type { Probe } from '../../supervisor/probe.js';
import { accessControlLines } from '../spec/access-control.js';
import type { ConfigLine, NodeSpec } from '../spec/node-spec.js';
import { addressOf, hostOf, type Reachable } from '../spec/placement.js';
import { proxyClosed } from './clean-end.js';
import { type NodeDraft, needs, overlay, PROBE_GROUP, probe, type RoleContext, type RoleDefinition, silentElsewhere } from './role.js';

export const proxyRole: RoleDefinition = {
  mainClass: 'org.apache.rocketmq.proxy.ProxyStartup',
  config: proxyConfig,
  renderRunConfig: proxyJson,
  programArguments: ({ paths }) => ['-pc', paths.runConfig],
  // A proxy that finds no broker on its NameServers ends with 1.
  startsAfter: (_, started) => [...needs(started, ['namesrv', 'controller'], 'ready'), ...needs(started, ['broker'], 'registered')],
  milestones: () => [{ label: 'proxies', until: 'ready' }],
  stopsAfter: [],
  restartRank: () => 5,
  missesElsewhere: (_, context) => {
    const brokers = context.peers().filter(({ role }) => role === 'broker');
    return brokers.some(({ id }) => context.isExpected(id)) ? [] : silentElsewhere(brokers, context);
  },
  startup: proxyStartup,
  readiness: (node, context) =>
    probe(async (signal) => {
      const { brokers, missing } = await served(node, context, signal);
      return brokers.length === 0 ? missing : undefined;
    }),
  /** It answers this by itself, even while its NameServers and brokers are down. Source: proxy/.../remoting/activity/ConsumerManagerActivity.java. */
  liveness: (node, { remoting }) =>
    probe(async (signal) => {
      await getGroupMembers(remoting, remotingAddress(node), PROBE_GROUP, signal);
      return undefined;
    }),
  endedCleanly: proxyClosed,
};

/** Where clients of RocketMQ's own protocol find it; `localAddress` is that of gRPC. */
export const remotingAddress = (node: Reachable): string => addressOf(node, 'host', 'remoting');

/**
 * Readiness of one start: its remoting port returns a route to a broker of its cluster, its gRPC port speaks HTTP/2, and once per start a
 * message that was sent through it is stored.
 */
function proxyStartup(node: NodeSpec, context: RoleContext): Probe {
  let isProved = false;
  return probe(async (signal) => {
    const { brokers, missing } = await served(node, context, signal);
    if (brokers.length === 0) return missing;
    context.stage(node.id, 'answering');
    const why = isProved ? undefined : await unsent(node, brokers, context, signal);
    isProved ||= why === undefined;
    return why;
  });
}

/** @returns the brokerNames that it would forward requests to, and what is wrong if there are none. Rejects if a port does not answer. */
async function served(
  node: NodeSpec,
  { remoting }: RoleContext,
  signal: AbortSignal,
): Promise<{ brokers: readonly string[]; missing: string }> {
  // The topic that is named after the cluster exists on every broker. Source: broker/.../topic/TopicConfigManager.java.
  const route = await getTopicRoute(remoting, remotingAddress(node), node.brokerClusterName, signal);
  await http2Answers(node.localAddress, signal);
  return { brokers: brokersOf(route), missing: `it finds no broker of cluster ${node.brokerClusterName} on its NameServers` };
}

function brokersOf(route: TopicRoute | undefined): string[] {
  return route?.brokerDatas.map(({ brokerName }) => brokerName) ?? [];
}

/** @returns why no message could be sent through it; undefined once one is stored. A group without a master accepts none, another group may. */
async function unsent(
  node: NodeSpec,
  brokers: readonly string[],
  { remoting }: RoleContext,
  signal: AbortSignal,
): Promise<string | undefined> {
  const reasons: string[] = [];
  for (const brokerName of brokers) {
    const message = { topic: brokerName, queueId: 0, brokerName, body: Buffer.from('rmqdev start-up probe'), producerGroup: PROBE_GROUP };
    const reason = await sendMessage(remoting, remotingAddress(node), message, signal).then(
      () => undefined,
      (error: Error) => `no message gets through it to ${brokerName}: ${error.message}`,
    );
    if (reason === undefined) return undefined;
    reasons.push(reason);
  }
  return reasons.join('; ');
}

/** Sources: proxy/.../config/ProxyConfig.java, ProxyStartup.java. */
function proxyConfig(draft: NodeDraft): ConfigLine[] {
  const { ports, profile } = draft;
  return overlay(
    [
      { key: 'proxyMode', value: 'CLUSTER', reason: 'it passes requests on to the brokers, which are processes of their own' },
      { key: 'rocketMQClusterName', value: draft.brokerClusterName, reason: 'the brokers that it serves: their brokerClusterName' },
      { key: 'namesrvAddr', value: draft.namesrvAddrs.join(';'), reason: 'every NameServer of this cluster' },
      { key: 'proxyName', value: draft.id, reason: 'its name in metrics; the default is the name of the host' },
      { key: 'grpcServerPort', value: String(ports.listen), reason: 'where gRPC clients find it, with TLS or without: their endpoint' },
      {
        key: 'remotingListenPort',
        value: String(ports.remoting),
        reason: 'where clients of the remoting protocol find it: their namesrvAddr',
      },
      {
        key: 'remotingAccessAddr',
        value: hostOf(draft, 'clients'),
        reason: 'the address that clients of the remoting protocol are told in place of every broker’s',
      },
      {
        key: 'localServeAddr',
        value: hostOf(draft, 'host'),
        reason: 'how proxies tell each other apart, beside their ports; RocketMQ would pick a network card',
      },
      ...accessControlLines(draft),
      {
        key: 'topicRouteServiceCacheRefreshSeconds',
        value: '2',
        reason: 'a topic that was just made, or a new master, is known after 2 s instead of 20',
      },
      {
        key: 'printThreadPoolStatusInMillis',
        value: '60000',
        reason: 'the lengths of its queues go to proxy_watermark.log each minute instead of every 3 s',
      },
    ],
    profile.properties,
  );
}

/** Its file is JSON: numbers and booleans without quotes. It has no place for the reasons; they are in node.conf. */
function proxyJson({ config, release }: NodeSpec): string {
  const entries = config.map(({ key, value }) => [key, jsonValue(lookupKey(release.version, 'proxy', key)?.type, value)]);
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}

function jsonValue(type: string | undefined, value: string): string | number | boolean {
  if (type === 'boolean') return value.trim().toLowerCase() === 'true';
  const isNumber = type !== undefined && ['int', 'long', 'double', 'float'].includes(type);
  // A number that JavaScript cannot hold exactly stays text; the proxy reads that too.
  return isNumber && Math.abs(Number(value)) <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}
