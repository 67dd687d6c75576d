import { RmqdevError } from '../base/errors.js';
import { grouped } from '../base/grouped.js';
import type { NodeView } from '../diagnose/lint/node-view.js';
import type { ElectionMode } from '../rocketmq/releases.js';
import { idsOf, peersOf, textOf } from './addresses.js';
import { type BrokerIdentity, fileStem, type Identities, validName } from './broker-identities.js';
import { type Change, change, meant } from './change.js';
import { firstFree, type NodeIds } from './node-ids.js';

type Member = { view: NodeView; number: number; address?: string | undefined };

/** As a profile requires for a DLedger group. */
const FEWEST_PEERS = 3;
const MAX_NUMBER = 9_999;

/**
 * Gives the brokers of each group that elects its master one brokerName, and each broker the number at the end of its id.
 * @throws RmqdevError NOT_IMPORTABLE if a DLedger group has too few peers
 */
export function electedIdentities(views: readonly NodeView[], election: ElectionMode, ids: NodeIds): Identities {
  const changes: Change[] = [];
  const brokers: BrokerIdentity[] = [];
  const names = new Set<string>();
  for (const [group, peers] of groupsOf(views, election)) {
    const common = commonName(peers) ?? validName(group) ?? 'broker-a';
    const brokerName = firstFree(
      common,
      (candidate) => !names.has(candidate),
      (number) => `${common}-${number}`,
    );
    names.add(brokerName);
    tellNames(peers, brokerName, election, changes);
    const members: Member[] =
      election === 'dledger' ? dledgerMembers(peers, brokerName, changes) : peers.map((view, number) => ({ view, number }));
    for (const view of peers) tellIdentity(view, election, changes);
    for (const { view, number, address } of members)
      brokers.push({ view, id: ids.allot(brokerName, `-n${number}`), brokerName, brokerId: -1, address });
  }
  return { brokers, changes };
}

/** Peers of one dLegerGroup, or replicas of one brokerName; without a name those in one folder are a group. */
function groupsOf(views: readonly NodeView[], election: ElectionMode): Map<string, NodeView[]> {
  return grouped(views, (view) => {
    const name = meant(view, 'brokerName') || fileStem(view).replace(/[-_.]?n?\d+$/i, '');
    return (election === 'dledger' && meant(view, 'dLegerGroup')) || name;
  });
}

/** The brokerName that most of them have; if two are equally common, the first. */
function commonName(views: readonly NodeView[]): string | undefined {
  const counts = new Map<string, number>();
  for (const view of views) {
    const name = view.isOpen('brokerName') ? undefined : validName(meant(view, 'brokerName') ?? '');
    if (name) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

function tellNames(views: readonly NodeView[], brokerName: string, election: ElectionMode, changes: Change[]): void {
  for (const view of views) {
    const written = meant(view, 'brokerName');
    if (written !== brokerName) {
      const why = written ? 'the members of a group share it' : 'it is not written, and RocketMQ would use the host name';
      changes.push(change(view, 'brokerName', `brokerName ${brokerName}`, why));
    }
    const group = meant(view, 'dLegerGroup');
    if (election === 'dledger' && group && group !== brokerName)
      changes.push(change(view, 'dLegerGroup', `dLegerGroup ${brokerName}`, 'in a profile a DLedger group has the name of its brokerName'));
  }
}

function tellIdentity(view: NodeView, election: ElectionMode, changes: Change[]): void {
  const why = `${election === 'dledger' ? 'the group elects' : 'the controllers choose'} the master, whatever this key says`;
  const id = meant(view, 'brokerId');
  if (id !== undefined && id !== '-1') changes.push(change(view, 'brokerId', 'brokerId -1', why));
  const role = meant(view, 'brokerRole');
  if (role !== undefined && !(election === 'controller' && role === 'SLAVE'))
    changes.push(change(view, 'brokerRole', 'no brokerRole', why));
}

/** Each peer under the number of its dLegerSelfId, and the peers that are only in dLegerPeers. */
function dledgerMembers(views: readonly NodeView[], brokerName: string, changes: Change[]): Member[] {
  const listed = new Set(views.flatMap(({ file }) => idsOf(textOf(file, 'dLegerPeers')).flatMap((self) => numberOf(self) ?? [])));
  const members: Member[] = [];
  const isTaken = (number: number) => members.some((member) => member.number === number);
  const wanted = views.map((view) => ({ view, number: numberOf(meant(view, 'dLegerSelfId')) }));
  for (const { view, number } of wanted) {
    if (number !== undefined && !isTaken(number)) members.push({ view, number });
  }
  for (const { view, number } of wanted.filter((each) => !members.some(({ view: known }) => known === each.view))) {
    const free = [...listed].find((each) => !isTaken(each) && !wanted.some((other) => other.number === each));
    let own = free ?? 0;
    while (isTaken(own)) own += 1;
    const why = number === undefined ? 'each peer has an id of one letter and a number' : `another file already is n${number}`;
    changes.push(change(view, 'dLegerSelfId', `dLegerSelfId n${own}`, why));
    members.push({ view, number: own });
  }
  const [first] = [...members].sort((a, b) => a.number - b.number);
  for (const number of listed) {
    if (!first || isTaken(number)) continue;
    const address = peersOf(textOf(first.view.file, 'dLegerPeers')).find(({ self }) => numberOf(self) === number)?.host;
    members.push({ view: first.view, number, address });
    const why = `n${number} is in the list but has no file; it gets the settings of n${first.number}`;
    changes.push(change(first.view, 'dLegerPeers', `${brokerName}-n${number} as well`, why));
  }
  if (members.length < FEWEST_PEERS) throw tooFew(members, brokerName);
  return members.sort((a, b) => a.number - b.number);
}

function tooFew(members: readonly Member[], brokerName: string): RmqdevError {
  const [first] = members;
  const peers = members.map(({ number }) => `n${number}`).join(' and ');
  return new RmqdevError('NOT_IMPORTABLE', {
    what: `the DLedger group ${brokerName} (${first?.view.file.path}) has ${members.length === 1 ? 'one peer' : `${members.length} peers`}, ${peers}`,
    why: `no file and no dLegerPeers tells of more, and a group that outlives a peer needs at least ${FEWEST_PEERS}`,
    next: 'Name the files of the other peers too, or list all of them in dLegerPeers',
  });
}

function numberOf(selfId: string | undefined): number | undefined {
  const digits = /^[A-Za-z](\d{1,4})$/.exec(selfId ?? '')?.[1];
  const number = Number(digits);
  return digits !== undefined && number <= MAX_NUMBER ? number : undefined;
}
