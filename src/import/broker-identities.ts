import { basename } from 'node:path';
import type { NodeView } from '../diagnose/lint/node-view.js';
import { BROKER_NAME, isReservedId } from '../profile/names.js';
import { type Change, change, meant } from './change.js';
import { UNNAMED } from './kubernetes-file.js';
import { firstFree, type NodeIds } from './node-ids.js';

/** `view` has its settings; for a peer that only other files mention, it is the view of one of those files, and they say its `address`. */
export type BrokerIdentity = { view: NodeView; id: string; brokerName: string; brokerId: number; address?: string | undefined };
export type Identities = { brokers: BrokerIdentity[]; changes: Change[] };

/** Gives each broker a name and an id that match: names are kept, and a slave gets the name of its master. Masters come first. */
export function brokerIdentities(views: readonly NodeView[], ids: NodeIds): Identities {
  const changes: Change[] = [];
  const brokers: BrokerIdentity[] = [];
  const taken = (name: string, brokerId: number) => brokers.some((other) => other.brokerName === name && other.brokerId === brokerId);
  const add = (view: NodeView, brokerName: string, brokerId: number) =>
    brokers.push({ view, id: ids.allot(brokerName, brokerId === 0 ? '' : '-s'), brokerName, brokerId });

  for (const view of views.filter((each) => !isSlave(each))) {
    const written = nameOf(view, changes);
    const name = firstFree(
      written,
      (candidate) => !taken(candidate, 0),
      (number) => `${written}-${number}`,
    );
    if (name !== written) changes.push(change(view, 'brokerName', `brokerName ${name}`, `two masters have the name ${written}`));
    const id = meant(view, 'brokerId');
    if (id !== undefined && id !== '0') changes.push(change(view, 'brokerId', 'brokerId 0', 'a master always has id 0'));
    else if (id !== undefined && view.entry('brokerId')?.value !== '0')
      changes.push(change(view, 'brokerId', 'brokerId 0', 'a space follows the value'));
    add(view, name, 0);
  }
  for (const view of views.filter(isSlave)) {
    const written = nameOf(view, changes);
    const name = masterOf(written, view, brokers) ?? written;
    if (name !== written) changes.push(change(view, 'brokerName', `brokerName ${name}`, 'a slave has the brokerName of its master'));
    if (!taken(name, 0)) {
      changes.push(
        change(view, 'brokerRole', 'brokerId 0, a master', `no file is for the master of ${name}, and a slave alone accepts no messages`),
      );
      add(view, name, 0);
      continue;
    }
    const wanted = Number(meant(view, 'brokerId'));
    let brokerId = Number.isInteger(wanted) && wanted > 0 && wanted < 2 ** 31 - 1_000 ? wanted : 1;
    while (taken(name, brokerId)) brokerId += 1;
    if (view.entry('brokerId')?.value !== String(brokerId))
      changes.push(change(view, 'brokerId', `brokerId ${brokerId}`, 'each slave of a master needs its own id above 0'));
    add(view, name, brokerId);
  }
  return { brokers, changes };
}

const isSlave = (view: NodeView) => meant(view, 'brokerRole')?.toUpperCase() === 'SLAVE';

/** @returns its brokerName, or one made from it or from the file name if it is not valid. */
export function nameOf(view: NodeView, changes: Change[]): string {
  const written = meant(view, 'brokerName');
  const stem = fileStem(view);
  const named = written && !view.isOpen('brokerName') ? written : isReservedId(stem) || stem === UNNAMED ? 'broker-a' : stem;
  const valid = validName(named) ?? 'broker-a';
  const why = view.isOpen('brokerName')
    ? 'its value is still missing'
    : written
      ? 'a name is letters, digits, . _ and -'
      : 'it is not written, and RocketMQ would use the host name';
  if (valid !== written) changes.push(change(view, 'brokerName', `brokerName ${valid}`, why));
  return valid;
}

/** @returns `text` as a brokerName, or undefined if no part of it is valid. */
export function validName(text: string): string | undefined {
  const name = text
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[^a-zA-Z0-9]+/, '')
    .slice(0, 100);
  return BROKER_NAME.test(name) ? name : undefined;
}

export const fileStem = ({ file }: NodeView) => basename(file.path).replace(/\.[^.]*$/, '');

/** broker-a for broker-a-s, by its name or by its file, if there is such a master. */
function masterOf(name: string, view: NodeView, brokers: readonly BrokerIdentity[]): string | undefined {
  const stem = (text: string) => text.replace(/[-_.]?(s|slave)[-_]?\d*$/i, '');
  const masters = brokers.filter(({ brokerId }) => brokerId === 0).map(({ brokerName }) => brokerName);
  return [name, stem(name), stem(fileStem(view))].find((candidate) => masters.includes(candidate));
}
