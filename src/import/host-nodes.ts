import type { StartScript } from '../diagnose/lint/config-set.js';
import type { NodeView } from '../diagnose/lint/node-view.js';
import { addressesOf, ownPeers, peersOf, textOf } from './addresses.js';
import { meant } from './change.js';
import type { HostPlan } from './host-plan.js';
import type { NodeIds } from './node-ids.js';

/** `view` is undefined if only other files mention it. */
export type HostNode = { id: string; view: NodeView | undefined; port: number | undefined; host: string };
type Found = Omit<HostNode, 'id'>;

const DEFAULT_PORT = 9_876;

/** The NameServers of several hosts: one for each file, one for each other address, and one for each script that starts one. */
export function hostNameServers(
  files: readonly NodeView[],
  brokers: readonly NodeView[],
  scripts: readonly StartScript[],
  ids: NodeIds,
  plan: HostPlan,
): HostNode[] {
  const found: Found[] = files.map((view) => ({ view, port: Number(meant(view, 'listenPort')) || DEFAULT_PORT, host: plan.ofView(view) }));
  const lists = [
    ...brokers.map(({ file }) => ({ path: file.path, list: textOf(file, 'namesrvAddr') })),
    ...scripts.flatMap(({ path, launches }) => launches.map(({ namesrvAddr }) => ({ path, list: namesrvAddr ?? '' }))),
  ];
  addTold(
    found,
    lists.flatMap(({ path, list }) => addressesOf(list).map((address) => ({ path, ...address }))),
    plan,
  );
  for (const { path, launches } of scripts) {
    const host = plan.ofFile(path);
    const isStarted = launches.some(({ role }) => role === 'namesrv');
    if (host && isStarted && !found.some((one) => one.host === host)) found.push({ view: undefined, port: DEFAULT_PORT, host });
  }
  const [first] = brokers;
  if (found.length === 0 && first) found.push({ view: undefined, port: DEFAULT_PORT, host: plan.ofView(first) });
  return found.map((one, i) => ({ id: ids.allot(`namesrv-${i + 1}`), ...one }));
}

/** The controllers of several hosts: one for each file, and one for each other address. */
export function hostControllers(views: readonly NodeView[], brokers: readonly NodeView[], ids: NodeIds, plan: HostPlan): HostNode[] {
  const found: Found[] = views.map((view) => ({
    view,
    port: ownPeers(view.file).find(({ self }) => self === textOf(view.file, 'controllerDLegerSelfId'))?.port,
    host: plan.ofView(view),
  }));
  const told = [
    ...views.flatMap(({ file }) => peersOf(textOf(file, 'controllerDLegerPeers')).map((peer) => ({ path: file.path, ...peer }))),
    ...brokers.flatMap(({ file }) => addressesOf(textOf(file, 'controllerAddr')).map((address) => ({ path: file.path, ...address }))),
  ];
  addTold(found, told, plan);
  return found.map((one, i) => ({ id: ids.allot(`controller-${i + 1}`), ...one }));
}

/** Adds one for each address at which none is known yet. A file without a port of its own is the one on its host. */
function addTold(found: Found[], told: readonly { path: string; host: string; port: number }[], plan: HostPlan): void {
  for (const { path, host: address, port } of told) {
    const host = plan.ofAddress(address, path);
    const known = found.find((one) => one.host === host && (one.port === port || one.port === undefined));
    if (known) known.port = port;
    else found.push({ view: undefined, port, host });
  }
}
