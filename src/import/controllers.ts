import type { NodeView } from '../diagnose/lint/node-view.js';
import type { ElectionMode } from '../rocketmq/releases.js';
import { type Change, change, isMeant, leftOut, meant } from './change.js';
import { hostControllers } from './host-nodes.js';
import type { HostPlan } from './host-plan.js';
import type { NodeIds } from './node-ids.js';

/** `view` is undefined if only brokers and other controllers mention it. */
export type Controller = { id: string; view: NodeView | undefined; port: number | undefined; host?: string };

/** Where controllers listen. Source: controller/.../ControllerManager.java: the own address of the peers. */
type Peers = ReadonlyMap<string, number>;

/** One for each file, one for each NameServer with a controller in it, and one for each other known address; none if no broker asks for one. */
export function controllers(
  files: readonly NodeView[],
  namesrvs: readonly NodeView[],
  brokers: readonly NodeView[],
  election: ElectionMode | undefined,
  ids: NodeIds,
  plan: HostPlan | undefined,
): { controllers: Controller[]; changes: Change[] } {
  const inside = namesrvs.filter(holdsController);
  if (election !== 'controller') {
    const why = 'no broker asks for it (enableControllerMode=true)';
    return {
      controllers: [],
      changes: [
        ...files.map((view) => leftOut(view, 'a controller', why)),
        ...inside.map((view) => change(view, 'enableControllerInNamesrv', 'no controller', why)),
      ],
    };
  }
  const changes: Change[] = [];
  const asking = [...files, ...inside];
  const made: Controller[] = plan ? hostControllers(asking, brokers, ids, plan) : onOneMachine(asking, brokers, ids);
  for (const { id, view } of made) {
    if (view && inside.includes(view))
      changes.push(
        change(view, 'enableControllerInNamesrv', id, 'in a profile each controller is a separate process, next to the NameServer'),
      );
  }
  return { controllers: made, changes };
}

function onOneMachine(views: readonly NodeView[], brokers: readonly NodeView[], ids: NodeIds): Controller[] {
  const found = views.map((view) => ({ view, port: peersOf(view).get(meant(view, 'controllerDLegerSelfId') ?? '') }));
  const known = new Set(found.flatMap(({ port }) => port ?? []));
  const told: number[] = [];
  for (const port of [...views.flatMap((view) => [...peersOf(view).values()]), ...brokers.flatMap(addressPorts)]) {
    if (known.has(port)) continue;
    known.add(port);
    told.push(port);
  }
  // Three controllers on three hosts have the same port, and a file that does not say its own address is one of those that others mention.
  const strangers = told.slice(found.filter(({ port }) => port === undefined).length);
  const all: Omit<Controller, 'id'>[] = [...found, ...strangers.map((port) => ({ view: undefined, port }))];
  const listed = Math.max(...views.map((view) => peersOf(view).size), ...brokers.map((view) => addressPorts(view).length), 1);
  while (all.length < listed) all.push({ view: undefined, port: undefined });
  return all.map((each, i) => ({ id: ids.allot(`controller-${i + 1}`), ...each }));
}

export const holdsController = (view: NodeView): boolean => isMeant(view, 'enableControllerInNamesrv');

function peersOf(view: NodeView): Peers {
  const peers = (meant(view, 'controllerDLegerPeers') ?? '').split(';').flatMap((peer): [string, number][] => {
    const [, self, port] = /^\s*(\w+)-.+:(\d{1,5})\s*$/.exec(peer) ?? [];
    return self === undefined ? [] : [[self, Number(port)]];
  });
  return new Map(peers);
}

function addressPorts(view: NodeView): number[] {
  return (meant(view, 'controllerAddr') ?? '').split(/[;,]/).flatMap((address) => {
    const port = /:(\d{1,5})\s*$/.exec(address)?.[1];
    return port === undefined ? [] : [Number(port)];
  });
}
