import { basename } from 'node:path';
import type { NodeView } from '../diagnose/lint/node-view.js';
import { BROKER_NAME, isReservedId, NODE_ID } from '../profile/names.js';
import { type Change, change, meant } from './change.js';

export type BrokerIdentity = { view: NodeView; id: string; brokerName: string; brokerId: number };

/** Gives each broker a name and an id that fit together: names are kept, and a slave has the name of its master. Masters come first. */
export function brokerIdentities(views: readonly NodeView[]): { brokers: BrokerIdentity[]; changes: Change[] } {
  const changes: Change[] = [];
  const brokers: BrokerIdentity[] = [];
  const taken = (name: string, brokerId: number) => brokers.some((other) => other.brokerName === name && other.brokerId === brokerId);
  const add = (view: NodeView, brokerName: string, brokerId: number) =>
    brokers.push({ view, id: freeId(brokerName, brokerId, brokers), brokerName, brokerId });

  for (const view of views.filter((each) => !isSlave(each))) {
    const written = nameOf(view, changes);
    const name = firstFree(written, (candidate) => !taken(candidate, 0));
    if (name !== written) changes.push(change(view, 'brokerName', `brokerName ${name}`, `two masters have the name ${written}`));
    const id = meant(view, 'brokerId');
    if (id !== undefined && id !== '0') changes.push(change(view, 'brokerId', 'brokerId 0', 'a master is always 0'));
    else if (id !== undefined && view.entry('brokerId')?.value !== '0')
      changes.push(change(view, 'brokerId', 'brokerId 0', 'a blank stands behind it'));
    add(view, name, 0);
  }
  for (const view of views.filter(isSlave)) {
    const written = nameOf(view, changes);
    const name = masterOf(written, view, brokers) ?? written;
    if (name !== written) changes.push(change(view, 'brokerName', `brokerName ${name}`, 'a slave has the brokerName of its master'));
    if (!taken(name, 0)) {
      changes.push(
        change(view, 'brokerRole', 'brokerId 0, a master', `no file is for the master of ${name}, and a slave alone takes no message`),
      );
      add(view, name, 0);
      continue;
    }
    const wanted = Number(meant(view, 'brokerId'));
    let brokerId = Number.isInteger(wanted) && wanted > 0 && wanted < 2 ** 31 ? wanted : 1;
    while (taken(name, brokerId)) brokerId += 1;
    if (brokerId !== Number(view.entry('brokerId')?.value || Number.NaN) || view.entry('brokerId')?.value !== meant(view, 'brokerId'))
      changes.push(change(view, 'brokerId', `brokerId ${brokerId}`, 'each slave of a master has an id of its own above 0'));
    add(view, name, brokerId);
  }
  return { brokers, changes };
}

const isSlave = (view: NodeView) => meant(view, 'brokerRole')?.toUpperCase() === 'SLAVE';

function nameOf(view: NodeView, changes: Change[]): string {
  const written = meant(view, 'brokerName');
  const name = (written || basename(view.file.path).replace(/\.[^.]*$/, ''))
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[^a-zA-Z0-9]+/, '')
    .slice(0, 100);
  const valid = BROKER_NAME.test(name) ? name : 'broker-a';
  if (valid !== written) changes.push(change(view, 'brokerName', `brokerName ${valid}`, 'a name is letters, digits, . _ and -'));
  return valid;
}

/** broker-a for broker-a-s, by its name or by its file, where there is such a master. */
function masterOf(name: string, { file }: NodeView, brokers: readonly BrokerIdentity[]): string | undefined {
  const stem = (text: string) => text.replace(/[-_.]?(s|slave)[-_]?\d*$/i, '');
  const masters = brokers.filter(({ brokerId }) => brokerId === 0).map(({ brokerName }) => brokerName);
  return [name, stem(name), stem(basename(file.path).replace(/\.[^.]*$/, ''))].find((candidate) => masters.includes(candidate));
}

function freeId(brokerName: string, brokerId: number, brokers: readonly BrokerIdentity[]): string {
  const plain = brokerName.replace(/[^\w-]/g, '-').slice(0, 50);
  const stem = NODE_ID.test(plain) ? plain : 'broker-a';
  const wanted = brokerId === 0 ? (isReservedId(stem) ? `${stem}-a` : stem) : `${stem}-s`;
  return firstFree(wanted, (candidate) => !brokers.some(({ id }) => id.toLowerCase() === candidate.toLowerCase()), brokerId > 0 ? '' : '-');
}

function firstFree(wanted: string, isFree: (name: string) => boolean, separator = '-'): string {
  let name = wanted;
  for (let number = 2; !isFree(name); number += 1) name = `${wanted}${separator}${number}`;
  return name;
}
