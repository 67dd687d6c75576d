import type { Clock } from '../../base/clock.js';
import { dashboardAnswers, type ShownBrokers, shownBrokers } from '../../remoting/dashboard-api.js';
import { dashboardSettings, LOGIN_KEY, settingsOption } from '../../rocketmq/dashboards.js';
import type { Probe } from '../../supervisor/probe.js';
import { type ConfigLine, configured, type NodeSpec } from '../spec/node-spec.js';
import { dashboardClosed } from './clean-end.js';
import { remotingAddress } from './proxy.js';
import { type NodeDraft, needs, overlay, probe, type RoleContext, type RoleDefinition } from './role.js';

/** Spring Boot reads only files whose name ends so. */
const SETTINGS_FILE = 'application.properties';

/**
 * A web page about the cluster, from a jar that the user names. Nothing of the cluster needs it. It starts last, so that its start takes no
 * processor time from the nodes that others wait for.
 */
export const dashboardRole: RoleDefinition = {
  mainClass: null,
  isOptional: true,
  config: dashboardConfig,
  runConfigName: SETTINGS_FILE,
  // Relative to the node's folder, where it runs: a path may hold a comma, which separates locations.
  programArguments: ({ jar }) => (jar === null ? [] : [settingsOption(jar, `./run/${SETTINGS_FILE}`)]),
  startsAfter: (_, started) => needs(started, ['namesrv', 'controller', 'broker', 'proxy'], 'ready'),
  milestones: () => [],
  stopsAfter: [],
  restartRank: () => 6,
  startup: (node, context) =>
    probe(async (signal) => {
      const shown = await shownBrokers(node.localAddress, signal);
      context.stage(node.id, 'answering');
      return missingFrom(shown, node, context, 'every');
    }),
  readiness: (node, context) => seldom(context.clock, node, (signal) => answersWell(node, context, signal)),
  /** It answers this by itself, even while NameServers and brokers are down. */
  liveness: (node) =>
    probe(async (signal) => {
      await dashboardAnswers(node.localAddress, signal);
      return undefined;
    }),
  endedCleanly: dashboardClosed,
};

function dashboardConfig(draft: NodeDraft, all: readonly NodeDraft[]): ConfigLine[] {
  // A dashboard of another host: its jar is there.
  if (draft.jar === null) return overlay([], draft.profile.properties);
  const lines = dashboardSettings(draft.jar, {
    port: draft.ports.listen,
    dataFolder: draft.paths.store,
    namesrvAddrs: draft.namesrvAddrs,
    proxyAddrs: all.filter(({ role }) => role === 'proxy').map(remotingAddress),
    account: draft.account,
    tls: draft.tls,
  });
  return overlay(lines, draft.profile.properties);
}

async function answersWell(node: NodeSpec, context: RoleContext, signal: AbortSignal): Promise<string | undefined> {
  return missingFrom(await shownBrokers(node.localAddress, signal), node, context, 'some');
}

/**
 * @returns which brokers of the cluster it does not show. A start waits for every broker that is up; later one is enough, because a broker
 * that ends or restarts says nothing about the dashboard.
 */
function missingFrom(
  shown: ShownBrokers | 'login',
  node: NodeSpec,
  { peers, isExpected }: RoleContext,
  wanted: 'every' | 'some',
): string | undefined {
  if (shown === 'login') return configured(node, LOGIN_KEY) === 'true' ? undefined : 'it asks for a login, which its settings do not';
  const brokers = peers().filter(({ id, role }) => role === 'broker' && isExpected(id));
  const missing = brokers.filter(({ brokerName, registeredAddress }) => !shown.get(brokerName as string)?.includes(registeredAddress));
  if (missing.length === 0 || (wanted === 'some' && missing.length < brokers.length)) return undefined;
  return `its API does not list ${missing.map(({ id }) => id).join(', ')}`;
}

/** For each list, it asks every broker and writes a line to its log: once in this time is enough. */
const LIST_EVERY_MS = 10_000;
const LIST_AGAIN_MS = 1_000;

/** @returns a probe that lets `ask` run once in LIST_EVERY_MS, sooner after a failure; in between it asks only whether the dashboard answers. */
function seldom(clock: Clock, node: NodeSpec, ask: (signal: AbortSignal) => Promise<string | undefined>): Probe {
  let last: { at: number; failure: string | undefined } | undefined;
  return probe(async (signal) => {
    const isFresh = last && clock.monotonicMs() - last.at < (last.failure === undefined ? LIST_EVERY_MS : LIST_AGAIN_MS);
    if (last && isFresh) {
      await dashboardAnswers(node.localAddress, signal);
      return last.failure;
    }
    const failure = await ask(signal).catch((error: Error) => {
      last = { at: clock.monotonicMs(), failure: error.message };
      throw error;
    });
    last = { at: clock.monotonicMs(), failure };
    return failure;
  });
}
