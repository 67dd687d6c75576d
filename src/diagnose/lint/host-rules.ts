import type { Finding } from '../../base/finding.js';
import { compareVersions } from '../../rocketmq/releases.js';
import { finding, placeOf } from './finding.js';
import type { NodeView } from './node-view.js';

type SameHost = (a: NodeView, b: NodeView) => 'same' | 'different' | 'unknown';

/** First release whose commit log follows storePathRootDir. Source: store/.../config/MessageStoreConfig.java. */
const COMMITLOG_FOLLOWS_SINCE = '4.9.4';

const pairs = <T>(items: readonly T[]): [T, T][] => items.flatMap((a, i) => items.slice(i + 1).map((b): [T, T] => [a, b]));

/** Ports and stores that two nodes of one host cannot both have. */
export function hostFindings(nodes: readonly NodeView[], hostsAre: SameHost): Finding[] {
  const ports = nodes.map(({ listenPort }) => listenPort);
  // Where ports come twice there are several hosts, and a slave is on another one than its master.
  const areSeveral = new Set(ports).size < ports.length;
  return pairs(nodes).flatMap(([a, b]) => {
    const hosts = hostsAre(a, b);
    const isPair = a.brokerName !== undefined && a.brokerName === b.brokerName;
    if (hosts === 'different' || (hosts === 'unknown' && isPair && areSeveral)) return [];
    // Who gives two brokers different ports means one host.
    const areLikelyTogether = hosts === 'same' || (a.listenPort !== b.listenPort && a.role === b.role);
    return areLikelyTogether ? [...portConflict(a, b), ...sharedStore(a, b, hosts === 'same')] : [];
  });
}

function portConflict(a: NodeView, b: NodeView): Finding[] {
  const shared = a.sockets.flatMap((one) => b.sockets.filter(({ port }) => port === one.port).map((other) => ({ one, other })));
  const [first] = shared;
  if (!first) return [];
  const what = `${a.file.path} and ${b.file.path} both want port ${shared.map(({ one }) => one.port).join(', ')}`;
  const why = `${first.one.port} is ${first.one.name} of the one (listenPort ${a.listenPort}) and ${first.other.name} of the other (listenPort ${b.listenPort}); the second one ends with status 255`;
  return [
    finding(
      'PORT_CONFLICT',
      [what, why, 'Keep the listenPorts of one host at least 10 apart'],
      [placeOf(a, 'listenPort'), placeOf(b, 'listenPort')],
    ),
  ];
}

function sharedStore(a: NodeView, b: NodeView, isCertain: boolean): Finding[] {
  if (a.role !== 'broker' || b.role !== 'broker') return [];
  const [left, right] = [folders(a), folders(b)];
  const clash = left.flatMap((one) =>
    right.filter((other) => isWithin(one.path, other.path) || isWithin(other.path, one.path)).map((other) => ({ one, other })),
  )[0];
  if (!clash) return [];
  const what = `${a.file.path} and ${b.file.path} share ${clash.one.path}`;
  const why =
    'two brokers on one store: the second changes it before it finds the lock taken, and ends with 255 (`Lock failed,MQ already started`)';
  return [
    finding(
      'STORE_SHARED',
      [what, why, 'Give each broker its own storePathRootDir and storePathCommitLog'],
      [placeOf(a, clash.one.key), placeOf(b, clash.other.key)],
      isCertain ? 'error' : 'warning',
    ),
  ];
}

function folders(node: NodeView): { path: string; key: string }[] {
  const root = clean(node.value('storePathRootDir') ?? '~/store');
  const follows = compareVersions(node.version, COMMITLOG_FOLLOWS_SINCE) >= 0;
  const log = clean(node.value('storePathCommitLog') ?? (follows ? `${root}/commitlog` : '~/store/commitlog'));
  return [
    { path: root, key: 'storePathRootDir' },
    { path: log, key: 'storePathCommitLog' },
  ];
}

const clean = (path: string) =>
  path
    .replaceAll('\\', '/')
    .replace(/\/\.(?=\/)/g, '')
    .replace(/^\.\//, '')
    .replace(/\/+$/, '');
const isWithin = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

/** Paths of one broker. */
export function pathFindings(node: NodeView): Finding[] {
  if (node.role !== 'broker') return [];
  const findings = ['storePathRootDir', 'storePathCommitLog'].flatMap((key) => {
    const entry = node.entry(key);
    if (!entry || entry.value.trim() === '') return [];
    const at = [placeOf(node, key)];
    if (/\\(?!\\|$)/.test(entry.raw.replaceAll('\\\\', ''))) {
      return [
        finding(
          'PATH_BACKSLASH',
          [`${key} becomes ${JSON.stringify(entry.value)}`, 'Java takes single backslashes away from values', 'Write / instead of \\'],
          at,
        ),
      ];
    }
    if (/^(\/|[A-Za-z]:[\\/]|\$\{user\.home\}|\$\{)/.test(entry.value.trim())) return [];
    return [
      finding(
        'PATH_RELATIVE',
        [
          `${key} is relative: ${entry.value.trim()}`,
          'it is looked for from the folder that the broker was started in, so another folder means an empty store',
          'Write an absolute path',
        ],
        at,
      ),
    ];
  });
  const [root, log] = [node.value('storePathRootDir'), node.value('storePathCommitLog')];
  if (root && log && clean(root) === clean(log)) {
    findings.push(
      finding(
        'STORE_NESTED',
        [
          'the commit log lies in storePathRootDir itself',
          'every file and folder there is taken for a part of the commit log, and the broker ends with 253',
          `Write storePathCommitLog=${clean(root)}/commitlog`,
        ],
        [placeOf(node, 'storePathCommitLog'), placeOf(node, 'storePathRootDir')],
      ),
    );
  }
  if (root && !node.entry('storePathCommitLog') && compareVersions(node.version, COMMITLOG_FOLLOWS_SINCE) < 0) {
    findings.push(
      finding(
        'COMMITLOG_DEFAULT',
        [
          `the commit log stays in ~/store/commitlog, not below ${root}`,
          `up to 4.9.3 it does not follow storePathRootDir`,
          `Write storePathCommitLog=${clean(root)}/commitlog`,
        ],
        [placeOf(node, 'storePathRootDir')],
      ),
    );
  }
  return findings;
}

export function portFindings(node: NodeView): Finding[] {
  if (node.role === 'proxy' || node.value('listenPort') === undefined) return [];
  const bad = node.sockets.find(({ port }) => port < 1 || port > 65_535);
  const at = [placeOf(node, 'listenPort')];
  if (bad)
    return [
      finding(
        'PORT_INVALID',
        [
          `listenPort ${node.listenPort} cannot be`,
          `${bad.port} is ${bad.name}; ports go from 1 to 65535`,
          'Choose one from 1026 to 65534',
        ],
        at,
      ),
    ];
  if (!node.sockets.some(({ port }) => port < 1_024)) return [];
  return [
    finding(
      'PORT_INVALID',
      [`listenPort ${node.listenPort} needs root`, 'ports below 1024 are privileged', 'Choose one from 1026 on'],
      at,
      'warning',
    ),
  ];
}
