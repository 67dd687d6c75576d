import type { Finding } from '../../base/finding.js';
import { finding, placeOf } from './finding.js';
import type { NodeView } from './node-view.js';
import { placeholderOf } from './placeholder.js';
import { holdsFor } from './release.js';

/** First release whose commit log follows storePathRootDir. Source: store/.../config/MessageStoreConfig.java. */
export const COMMITLOG_FOLLOWS_SINCE = '4.9.4';

/** The paths that a node uses. Source: store/.../config/MessageStoreConfig.java, namesrv/.../NamesrvConfig.java, ControllerConfig.java. */
const PATH_KEYS = [
  'storePathRootDir',
  'storePathCommitLog',
  'storePathDLedgerCommitLog',
  'storePathEpochFile',
  'storePathBrokerIdentity',
  'kvConfigPath',
  'configStorePath',
  'controllerStorePath',
];

export const cleanPath = (path: string) =>
  path
    .replaceAll('\\', '/')
    .replace(/\/\.(?=\/)/g, '')
    .replace(/^\.\//, '')
    .replace(/\/{2,}/g, '/')
    .replace(/\/+$/, '');

/** A backslash that Java removes, or reads as a tab or the like. Not one that is right in a path: before : = # ! a space or \u. */
const LOST_BACKSLASH = /\\(?![:=#! ]|u[\da-f]{4}|$)/i;

/** Paths of one node. */
export function pathFindings(node: NodeView): Finding[] {
  const findings = PATH_KEYS.flatMap((key) => wrongPath(node, key));
  if (node.role !== 'broker') return findings;
  const [root, log] = [node.value('storePathRootDir'), node.value('storePathCommitLog')];
  if (root && log && cleanPath(root) === cleanPath(log)) {
    findings.push(
      finding(
        'STORE_NESTED',
        [
          'the commit log is in storePathRootDir itself',
          'the broker reads every file and folder there as a part of the commit log, and ends with 253',
          `Write storePathCommitLog=${cleanPath(root)}/commitlog`,
        ],
        [placeOf(node, 'storePathCommitLog'), placeOf(node, 'storePathRootDir')],
      ),
    );
  }
  if (root && !node.entry('storePathCommitLog')) findings.push(...commitLogDefault(node, root));
  return findings;
}

function wrongPath(node: NodeView, key: string): Finding[] {
  const entry = node.entry(key);
  if (!entry || entry.value.trim() === '' || placeholderOf(entry.value)) return [];
  const at = [placeOf(node, key)];
  if (node.role !== 'proxy' && LOST_BACKSLASH.test(entry.raw.replaceAll('\\\\', ''))) {
    return [
      finding(
        'PATH_BACKSLASH',
        [`${key} becomes ${JSON.stringify(entry.value)}`, 'Java removes single backslashes from values', 'Write / instead of \\'],
        at,
      ),
    ];
  }
  if (/^(\/|\\\\|[A-Za-z]:[\\/])/.test(entry.value.trim())) return [];
  const isHome = entry.value.trim().startsWith('~');
  return [
    finding(
      'PATH_RELATIVE',
      [
        `${key} is relative: ${entry.value.trim()}`,
        isHome
          ? 'Java does not replace ~: it creates a folder with that name in the folder where the node is started'
          : 'the path starts at the folder in which the node is started, so another folder means an empty store',
        'Write an absolute path',
      ],
      at,
    ),
  ];
}

function commitLogDefault(node: NodeView, root: string): Finding[] {
  const holds = holdsFor(node.release, { until: COMMITLOG_FOLLOWS_SINCE });
  if (holds === 'none') return [];
  return [
    finding(
      'COMMITLOG_DEFAULT',
      [
        `${holds === 'all' ? '' : 'up to 4.9.3 '}the commit log stays in ~/store/commitlog, not below ${root}`,
        holds === 'all'
          ? 'up to 4.9.3 it does not follow storePathRootDir'
          : 'no file says which release this is for: from 4.9.4 on it follows storePathRootDir',
        `Write storePathCommitLog=${cleanPath(root)}/commitlog`,
      ],
      [placeOf(node, 'storePathRootDir')],
      holds === 'all' ? 'warning' : 'info',
    ),
  ];
}
