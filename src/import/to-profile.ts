import { RmqdevError } from '../base/errors.js';
import { parseSizeBytes } from '../base/units.js';
import type { ConfigSet } from '../diagnose/lint/config-set.js';
import { NodeView } from '../diagnose/lint/node-view.js';
import { BROKER_NAME } from '../profile/names.js';
import type { ConfigRole } from '../rocketmq/keys.js';
import { brokerIdentities } from './broker-identities.js';
import { type Change, change, meant } from './change.js';
import { nameServers } from './name-servers.js';
import { nodeProperties } from './node-properties.js';

export type NodeDraft = {
  role: 'broker' | 'namesrv';
  brokerName?: string;
  brokerId?: number;
  listenPort?: number;
  properties?: Record<string, string>;
};

/** As it stands in the YAML file. */
export type ProfileDraft = {
  description: string;
  rocketmq?: string;
  brokerClusterName?: string;
  replication: 'sync' | 'async';
  flush: 'sync' | 'async';
  roles?: Record<string, { heap: string }>;
  nodes: Record<string, NodeDraft>;
};

/** A heap above it is made for a server; rmqdev's own default is taken then. */
const LARGEST_HEAP_BYTES = 2 * 1_073_741_824;
const MIN_HEAP_BYTES = 16 * 1_048_576;

/**
 * Makes one profile that runs on this machine of what was written for others.
 * @param version that the keys are judged for; `rocketmq` goes into the profile
 * @throws RmqdevError NOT_IMPORTABLE, UNSUPPORTED
 */
export function toProfile(
  sets: readonly ConfigSet[],
  version: string,
  rocketmq: string | undefined,
): { draft: ProfileDraft; changes: Change[] } {
  const set = chooseSet(sets);
  const viewsOf = (role: ConfigRole) => set.files.filter((file) => file.role === role).map((file) => new NodeView(file, role, version));
  const brokerViews = viewsOf('broker');
  refuseElecting(brokerViews, viewsOf('container'));
  const { brokers, changes } = brokerIdentities(brokerViews);
  const addresses = set.scripts.flatMap(({ launches }) => launches.flatMap(({ namesrvAddr }) => namesrvAddr ?? []));
  const servers = nameServers(viewsOf('namesrv'), brokerViews, addresses);
  const taken = new Set<number>();
  const nodes: Record<string, NodeDraft> = {};
  for (const { id, view, port } of servers) {
    const node: NodeDraft = { role: 'namesrv', ...keptPort(port, [0], taken) };
    if (view) {
      const { properties, changes: more } = nodeProperties(view, 'namesrv');
      if (node.listenPort === undefined) changes.push(change(view, 'listenPort', 'the next free port', `${port} is taken or privileged`));
      changes.push(...more);
      if (Object.keys(properties).length > 0) node.properties = properties;
    }
    nodes[id] = node;
  }
  const flush = brokers.every(({ view }) => meant(view, 'flushDiskType') === 'SYNC_FLUSH') ? 'sync' : 'async';
  for (const { id, view, brokerName, brokerId } of brokers) {
    const { properties, changes: more } = nodeProperties(view, 'broker');
    changes.push(...more);
    if (properties.flushDiskType === (flush === 'sync' ? 'SYNC_FLUSH' : 'ASYNC_FLUSH')) delete properties.flushDiskType;
    const written = view.entry('listenPort') ? Number(meant(view, 'listenPort')) : undefined;
    const port = written === undefined ? {} : keptPort(written, [-2, 0, 1], taken);
    if (written !== undefined && port.listenPort === undefined)
      changes.push(
        change(
          view,
          'listenPort',
          'the next free port',
          `on one machine ${written - 2}, ${written} or ${written + 1} is another node's, or cannot be`,
        ),
      );
    nodes[id] = {
      role: 'broker',
      ...(brokerName === id ? {} : { brokerName }),
      brokerId,
      ...port,
      ...(Object.keys(properties).length > 0 ? { properties } : {}),
    };
  }
  for (const role of ['controller', 'proxy'] as const) {
    for (const { file } of viewsOf(role))
      changes.push({
        file: file.path,
        line: null,
        text: '',
        from: `a ${role}`,
        to: 'left out',
        why: `import takes over no ${role} yet`,
      });
  }
  const masters = brokers.filter(({ brokerId }) => brokerId === 0);
  const sync = masters.filter(({ view }) => meant(view, 'brokerRole') === 'SYNC_MASTER');
  for (const { view } of sync.length > 0 ? masters.filter((master) => !sync.includes(master)) : [])
    changes.push(change(view, 'brokerRole', 'SYNC_MASTER', 'a profile has one way of replication'));
  const draft: ProfileDraft = {
    description: `Imported: ${brokers.length} brokers, ${servers.length} NameServers`,
    ...(rocketmq === undefined ? {} : { rocketmq }),
    ...clusterName(brokerViews, changes),
    replication: sync.length > 0 ? 'sync' : 'async',
    flush,
    ...heaps(set, changes),
    nodes,
  };
  return { draft, changes };
}

/** The set with brokers, with the NameServers of the others. */
function chooseSet(sets: readonly ConfigSet[]): ConfigSet {
  const withBrokers = sets.filter(({ files }) => files.some(({ role }) => role === 'broker' || role === 'container'));
  const [set] = withBrokers;
  if (withBrokers.length > 1) {
    const first = withBrokers.map(({ files }) => files[0]?.path).join(', ');
    throw notImportable(
      `${withBrokers.length} sets of brokers that do not belong together (${first})`,
      'Name the folder or the files of one cluster',
    );
  }
  if (!set) throw notImportable('no file is the configuration of a broker', 'Name the files of the brokers, or the folder that holds them');
  const rest = sets.filter((other) => other !== set).flatMap(({ files }) => files);
  return { ...set, files: [...set.files, ...rest].sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

function notImportable(why: string, next: string): RmqdevError {
  return new RmqdevError('NOT_IMPORTABLE', { what: 'no profile can be made of these files', why, next });
}

function refuseElecting(brokers: readonly NodeView[], containers: readonly NodeView[]): void {
  const refuse = (view: NodeView, what: string) => {
    const text = {
      what: `${view.file.path} ${what}`,
      why: 'import takes over no group that elects its master yet, and fixed masters would be another cluster',
    };
    return new RmqdevError('UNSUPPORTED', {
      ...text,
      next: '`rmqdev lint` checks the files; `rmqdev up dledger` and, on 5.x, `rmqdev up controller` start such groups without them',
    });
  };
  for (const view of brokers) {
    const isOn = (key: string) => meant(view, key)?.toLowerCase() === 'true';
    if (isOn('enableDLegerCommitLog')) throw refuse(view, 'is a peer of a DLedger group (enableDLegerCommitLog=true)');
    if (isOn('enableControllerMode')) throw refuse(view, 'is in controller mode (enableControllerMode=true)');
  }
  if (containers[0]) throw refuse(containers[0], 'is a broker container');
}

function keptPort(port: number, offsets: readonly number[], taken: Set<number>): { listenPort?: number } {
  const own = offsets.map((offset) => port + offset);
  if (!Number.isInteger(port) || own.some((each) => taken.has(each) || each < 1_024 || each > 65_534) || port > 65_533) return {};
  for (const each of own) taken.add(each);
  return { listenPort: port };
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
          'the brokers of a profile are one cluster, named in letters, digits, . _ and -',
        ),
      );
  }
  return name === undefined ? {} : { brokerClusterName: name };
}

function heaps({ scripts }: ConfigSet, changes: Change[]): Pick<ProfileDraft, 'roles'> {
  const roles: Record<string, { heap: string }> = {};
  for (const { path, heaps: found } of scripts) {
    for (const { role, text, line } of found) {
      const bytes = parseSizeBytes(text);
      if (role === undefined || bytes === undefined) continue;
      if (bytes > LARGEST_HEAP_BYTES || bytes < MIN_HEAP_BYTES)
        changes.push({
          file: path,
          line,
          text: `-Xmx${text}`,
          from: `-Xmx${text}`,
          to: "rmqdev's default",
          why: 'it is not made for several nodes on one machine',
        });
      else roles[role] = { heap: text.toLowerCase() };
    }
  }
  return Object.keys(roles).length > 0 ? { roles } : {};
}
