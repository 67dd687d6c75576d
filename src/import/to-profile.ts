import { counted } from '../base/units.js';
import type { ConfigSet } from '../diagnose/lint/config-set.js';
import { NodeView } from '../diagnose/lint/node-view.js';
import { runTogether } from '../diagnose/lint/run-together.js';
import { BROKER_NAME } from '../profile/names.js';
import type { ConfigRole } from '../rocketmq/keys.js';
import { portOffsets } from '../rocketmq/ports.js';
import { type ElectionMode, releaseTraits } from '../rocketmq/releases.js';
import { type BrokerIdentity, brokerIdentities } from './broker-identities.js';
import { type Change, change, leftOut, meant } from './change.js';
import { chooseSet } from './choose-set.js';
import { controllers } from './controllers.js';
import { electedIdentities } from './elected-identities.js';
import { type HostNode, hostNameServers } from './host-nodes.js';
import { type AdvertiseDraft, advertised, type HostDraft, HostPlan } from './host-plan.js';
import { KeptPorts } from './kept-ports.js';
import { nameServers } from './name-servers.js';
import { NodeIds } from './node-ids.js';
import { type ImportedRole, nodeProperties } from './node-properties.js';
import { scriptHeaps } from './script-heaps.js';
import { wayOfElection } from './way-of-election.js';

export type NodeDraft = {
  role: ImportedRole;
  brokerName?: string;
  brokerId?: number;
  host?: string;
  advertise?: AdvertiseDraft;
  listenPort?: number;
  properties?: Record<string, string>;
};

/** As in the YAML file. */
export type ProfileDraft = {
  description: string;
  rocketmq?: string;
  brokerClusterName?: string;
  replication: 'sync' | 'async' | ElectionMode;
  flush: 'sync' | 'async';
  hosts?: Record<string, HostDraft>;
  roles?: Record<string, { heap?: string; properties?: Record<string, string> }>;
  nodes: Record<string, NodeDraft>;
};

/**
 * Turns files for other machines into one profile: with their hosts if the set has some, else for this machine.
 * @param version the release for which keys are judged; `rocketmq` goes into the profile
 * @throws RmqdevError NOT_IMPORTABLE, UNSUPPORTED
 */
export function toProfile(
  sets: readonly ConfigSet[],
  version: string,
  rocketmq: string | undefined,
): { draft: ProfileDraft; changes: Change[] } {
  const set = chooseSet(sets);
  const viewsOf = (role: ConfigRole) => set.files.filter((file) => file.role === role).map((file) => new NodeView(file, role, version));
  const [allBrokers, namesrvViews] = [viewsOf('broker'), viewsOf('namesrv')];
  const brokerViews = runTogether(allBrokers);
  const election = wayOfElection(brokerViews, version);
  const ids = new NodeIds();
  const addresses = set.scripts.flatMap(({ launches }) => launches.flatMap(({ namesrvAddr }) => namesrvAddr ?? []));
  const plan = HostPlan.of(set);
  const servers = plan
    ? hostNameServers(namesrvViews, brokerViews, set.scripts, ids, plan)
    : nameServers(namesrvViews, brokerViews, addresses, ids);
  const leaders = controllers(viewsOf('controller'), namesrvViews, brokerViews, election, ids, plan);
  const { brokers, changes } = election ? electedIdentities(brokerViews, election, ids) : brokerIdentities(brokerViews, ids);
  changes.push(...leaders.changes);
  for (const view of allBrokers.filter((each) => !brokerViews.includes(each)))
    changes.push(leftOut(view, 'a broker', 'it is a copy or a sample of another file'));
  const flush = brokers.every(({ view }) => meant(view, 'flushDiskType') === 'SYNC_FLUSH') ? 'sync' : 'async';
  const ports = new KeptPorts();

  const draftOf = (
    role: ImportedRole,
    view: NodeView | undefined,
    port: number | undefined,
    host?: string,
    clients?: string,
  ): NodeDraft => {
    const node: NodeDraft = { role, ...(host === undefined ? {} : { host }) };
    const domains = host === undefined || !plan ? ['this machine'] : [`host ${host}`, clients ?? plan.clientsOf(host)];
    const kept = port === undefined ? undefined : ports.keep({ role, election }, port, domains);
    if (kept !== undefined) node.listenPort = kept;
    if (!view) return node;
    if (port !== undefined && kept === undefined)
      changes.push(change(view, portKey(role, view), 'the next free port', refusedPorts(role, election, port, host)));
    const { properties, changes: more } = nodeProperties(view, role, election, plan !== undefined);
    changes.push(...more);
    if (properties.flushDiskType === (flush === 'sync' ? 'SYNC_FLUSH' : 'ASYNC_FLUSH')) delete properties.flushDiskType;
    if (Object.keys(properties).length > 0) node.properties = properties;
    return node;
  };

  const nodes: Record<string, NodeDraft> = {};
  const placed = brokers.map((broker) => ({ ...broker, host: plan && hostOf(broker, plan) }));
  const advertise = plan && advertised(placed as (BrokerIdentity & { host: string })[], plan);
  for (const { id, view, port, host } of servers as HostNode[]) nodes[id] = draftOf('namesrv', view, port, host);
  for (const { id, view, port, host } of leaders.controllers) nodes[id] = draftOf('controller', view, port, host);
  const seen = new Set<NodeView>();
  for (const broker of placed) {
    const { id, view, brokerName, brokerId, host } = broker;
    changes.push(...withoutFile(view, id));
    // A peer without a file has no port of its own either.
    const written = view.entry('listenPort') && !seen.has(view) ? Number(meant(view, 'listenPort')) : undefined;
    seen.add(view);
    const own = advertise?.(broker as BrokerIdentity & { host: string });
    const { role, host: at, ...rest } = draftOf('broker', view, written, host, own?.clients);
    const isSaid = brokerName === (election ? id.replace(/-n\d+$/, '') : id);
    const where = at === undefined ? {} : { host: at, ...(own ? { advertise: own } : {}) };
    nodes[id] = { role, ...(isSaid ? {} : { brokerName }), ...(election ? {} : { brokerId }), ...where, ...rest };
  }
  const hasProxies = releaseTraits(version).roles.includes('proxy');
  for (const view of viewsOf('proxy')) {
    const port = view.entry('grpcServerPort') ? Number(meant(view, 'grpcServerPort')) : undefined;
    const isRead = view.file.remarks.length === 0;
    if (hasProxies && isRead) nodes[ids.allot('proxy-1')] = draftOf('proxy', view, port, plan?.ofView(view));
    else if (isRead) changes.push(leftOut(view, 'a proxy', `RocketMQ ${version} has none`));
  }
  const roles: NonNullable<ProfileDraft['roles']> = scriptHeaps(set, changes);
  const shared = takeShared(Object.values(nodes).filter(({ role }) => role === 'broker'));
  if (Object.keys(shared).length > 0) roles.broker = { ...roles.broker, properties: shared };
  const draft: ProfileDraft = {
    description: `Imported: ${counted(brokers.length, 'broker')}, ${counted(servers.length, 'NameServer')}${plan ? `, ${counted(hostsIn(nodes).size, 'host')}` : ''}`,
    ...(rocketmq === undefined ? {} : { rocketmq }),
    ...clusterName(brokerViews, changes),
    replication: election ?? replicationOf(brokers, changes),
    flush,
    ...(plan ? { hosts: plan.drafts(hostsIn(nodes)) } : {}),
    ...(Object.keys(roles).length > 0 ? { roles } : {}),
    nodes,
  };
  return { draft, changes: unique([...(plan?.changes ?? []), ...changes]) };
}

/** A slave whose file is only in its image looks like a master. */
function withoutFile({ file: { within, path, missing } }: NodeView, id: string): Change[] {
  if (!missing) return [];
  const why = 'that file is not among those given; if it makes this broker a slave, or sets more, write that into the profile';
  const from = `-c ${missing.config}`;
  return [{ file: within ?? path, line: missing.line, text: '', key: null, from, to: `${id}, a master with defaults`, why }];
}

const hostsIn = (nodes: Readonly<Record<string, NodeDraft>>) => new Set(Object.values(nodes).flatMap(({ host }) => host ?? []));

/** A peer without a file is where the others look for it. */
function hostOf({ view, address }: BrokerIdentity, plan: HostPlan): string {
  return address === undefined ? plan.ofView(view) : plan.ofAddress(address, view.file.path);
}

/** Removes the settings that all of them share. @returns those settings */
function takeShared(nodes: readonly NodeDraft[]): Record<string, string> {
  const [first, ...others] = nodes;
  if (!first?.properties || others.length === 0) return {};
  const alike = Object.entries(first.properties).filter(([key, value]) => others.every(({ properties }) => properties?.[key] === value));
  for (const node of nodes) {
    const own = Object.entries(node.properties ?? {}).filter(([key]) => !alike.some(([taken]) => taken === key));
    if (own.length > 0) node.properties = Object.fromEntries(own);
    else delete node.properties;
  }
  return Object.fromEntries(alike);
}

/** A controller's port is in the list of its group. */
function portKey(role: ImportedRole, view: NodeView): string {
  if (role === 'proxy') return 'grpcServerPort';
  return role === 'controller' && view.entry('controllerDLegerPeers') ? 'controllerDLegerPeers' : 'listenPort';
}

function refusedPorts(role: ImportedRole, election: ElectionMode | undefined, port: number, host: string | undefined): string {
  if (!Number.isInteger(port)) return 'it is not a port';
  const own = Object.values(portOffsets({ role, election })).map((offset) => port + offset);
  const said = own.length === 1 ? String(port) : `${own.slice(0, -1).join(', ')} or ${own.at(-1)}`;
  return `on ${host === undefined ? 'one machine' : `host ${host}`} ${said} is another node's, or cannot be`;
}

function replicationOf(brokers: readonly { view: NodeView; brokerName: string; brokerId: number }[], changes: Change[]): 'sync' | 'async' {
  const masters = brokers.filter(({ brokerId }) => brokerId === 0);
  const hasSlave = (name: string) => brokers.some(({ brokerName, brokerId }) => brokerName === name && brokerId > 0);
  const isSync = ({ view }: { view: NodeView }) => meant(view, 'brokerRole') === 'SYNC_MASTER';
  const replication = masters.some(isSync) ? 'sync' : 'async';
  for (const master of masters) {
    const { view, brokerName } = master;
    if (!hasSlave(brokerName)) {
      if (view.entry('brokerRole') && meant(view, 'brokerRole') !== 'ASYNC_MASTER')
        changes.push(change(view, 'brokerRole', 'ASYNC_MASTER', `${brokerName} has no slave to wait for`));
    } else if (replication === 'sync' && !isSync(master))
      changes.push(change(view, 'brokerRole', 'SYNC_MASTER', 'a profile has one kind of replication'));
  }
  return replication;
}

function clusterName(brokers: readonly NodeView[], changes: Change[]): { brokerClusterName?: string } {
  const names = brokers.flatMap((view) => meant(view, 'brokerClusterName') || []);
  const name = names.find((each) => BROKER_NAME.test(each));
  for (const view of brokers) {
    const written = meant(view, 'brokerClusterName');
    if (written && written !== name)
      changes.push(
        change(
          view,
          'brokerClusterName',
          name ?? 'DefaultCluster',
          'the brokers of a profile are one cluster; its name can have letters, digits, . _ and -',
        ),
      );
  }
  return name === undefined ? {} : { brokerClusterName: name };
}

/** Peers without a file repeat the changes of another peer. */
function unique(changes: readonly Change[]): Change[] {
  return [...new Map(changes.map((each) => [JSON.stringify(each), each])).values()];
}
