import { peerNumber } from '../../../profile/names.js';
import { type ConfigLine, configured, type NodeSpec } from '../../spec/node-spec.js';
import { addressOf } from '../../spec/placement.js';
import type { NodeDraft } from '../role.js';

/**
 * A peer of a DLedger group sets neither brokerId nor brokerRole: the leader becomes 0 and SYNC_MASTER, a follower its number + 1 and SLAVE.
 * Sources: broker/.../dledger/DLedgerRoleChangeHandler.java, store/.../dledger/DLedgerCommitLog.java, distribution/conf/dledger.
 */
export function dledgerLines(draft: NodeDraft, group: readonly NodeDraft[]): ConfigLine[] {
  return [
    { key: 'enableDLegerCommitLog', value: 'true', reason: 'the peers of the group elect their leader, which is the master' },
    { key: 'dLegerGroup', value: draft.brokerName as string, reason: 'the peers of a group share it' },
    { key: 'dLegerPeers', value: group.map(peer).join(';'), reason: 'every peer with its DLedger port (P+5); the same on each' },
    { key: 'dLegerSelfId', value: selfId(draft), reason: 'which of the peers this is: one letter and a number' },
  ];
}

/** @returns whether `now` and `next` differ in the list of peers that elect: see plan/restarts.ts. */
export function peersChanged(now: NodeSpec, next: NodeSpec): boolean {
  return ['dLegerPeers', 'controllerDLegerPeers', 'controllerAddr'].some((key) => configured(now, key) !== configured(next, key));
}

const peer = (draft: NodeDraft) => `${selfId(draft)}-${addressOf(draft, 'voters', 'dledger')}`;

const selfId = ({ id }: NodeDraft) => `n${peerNumber(id)}`;
