import { RmqdevError } from '../base/errors.js';
import type { NodeView } from '../diagnose/lint/node-view.js';
import { ELECTIONS, type ElectionMode, releaseTraits, SUPPORTED_RELEASES } from '../rocketmq/releases.js';
import { isMeant } from './change.js';

/** What makes a broker elect its master. Sources: store/.../config/MessageStoreConfig.java, common/.../BrokerConfig.java. */
const SWITCH: Readonly<Record<ElectionMode, { key: string; what: string }>> = {
  dledger: { key: 'enableDLegerCommitLog', what: 'is a peer of a DLedger group' },
  controller: { key: 'enableControllerMode', what: 'gets its master from a controller' },
};
const FIXED = 'is a fixed master or slave';

/**
 * @returns how all of these brokers get their master: undefined if their files fix it.
 * @throws RmqdevError UNSUPPORTED if there are several ways, or `version` cannot do it; NOT_IMPORTABLE if one file says two ways
 */
export function wayOfElection(brokers: readonly NodeView[], version: string): ElectionMode | undefined {
  const ways = brokers.map((view) => ({ view, way: wayOf(view) }));
  const [first] = ways;
  if (!first) return undefined;
  const other = ways.find(({ way }) => way !== first.way);
  if (other) {
    const said = [first, other].map(({ view, way }) => (way ? `${placeOf(view, way)} ${SWITCH[way].what}` : `${view.file.path} ${FIXED}`));
    throw new RmqdevError('UNSUPPORTED', {
      what: 'these brokers do not fit into one profile',
      why: `${said.join(', ')}, and the brokers of a profile all come to their master in one way (replication)`,
      next: 'Import the files of each kind separately: two profiles, which can run side by side',
    });
  }
  const { view, way } = first;
  if (way !== undefined && !releaseTraits(version).elections.includes(way)) {
    const since = SUPPORTED_RELEASES.find((release) => releaseTraits(release).elections.includes(way));
    throw new RmqdevError('UNSUPPORTED', {
      what: `${placeOf(view, way)} ${SWITCH[way].what} (${SWITCH[way].key}=true)`,
      why: `RocketMQ ${version} does not know that, and would start masters that know nothing of each other`,
      next: `Add --rocketmq ${since} or newer`,
    });
  }
  return way;
}

function wayOf(view: NodeView): ElectionMode | undefined {
  const [way, second] = ELECTIONS.filter((mode) => isMeant(view, SWITCH[mode].key));
  if (second === undefined) return way;
  throw new RmqdevError('NOT_IMPORTABLE', {
    what: `${view.file.path} sets both ${ELECTIONS.map((mode) => SWITCH[mode].key).join(' and ')}`,
    why: 'a broker is either a peer of a DLedger group or under a controller, and RocketMQ ends with 252 if both are on',
    next: `Take one of them away: line ${ELECTIONS.map((mode) => view.entry(SWITCH[mode].key)?.line).join(' or ')}`,
  });
}

const placeOf = (view: NodeView, way: ElectionMode) => `${view.file.path}:${view.entry(SWITCH[way].key)?.line}`;
