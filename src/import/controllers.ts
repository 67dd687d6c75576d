import type { NodeView } from '../diagnose/lint/node-view.js';
import type { ElectionMode } from '../rocketmq/releases.js';
import { type Change, change, isMeant, leftOut, meant } from './change.js';
import type { NodeIds } from './node-ids.js';

/** `view` is undefined where only brokers and other controllers tell of it. */
export type Controller = { id: string; view: NodeView | undefined; port: number | undefined };

/** Where controllers listen. Source: controller/.../ControllerManager.java: the own address of the peers. */
type Peers = ReadonlyMap<string, number>;

/** One for each file, each NameServer that holds one, and each other address that somebody knows; none where no broker asks for one. */
export function controllers(
  files: readonly NodeView[],
  namesrvs: readonly NodeView[],
  brokers: readonly NodeView[],
  election: ElectionMode | undefined,
  ids: NodeIds,
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
  const found = [...files, ...inside].map((view) => ({ view, port: peersOf(view).get(meant(view, 'controllerDLegerSelfId') ?? '') }));
  const known = new Set(found.flatMap(({ port }) => port ?? []));
  const told: number[] = [];
  for (const port of [...[...files, ...inside].flatMap((view) => [...peersOf(view).values()]), ...brokers.flatMap(addressPorts)]) {
    if (known.has(port)) continue;
    known.add(port);
    told.push(port);
  }
  // Three controllers on three hosts have one port, and each file that does not say its own is one of those that others tell of.
  const strangers = told.slice(found.filter(({ port }) => port === undefined).length);
  const all: Omit<Controller, 'id'>[] = [...found, ...strangers.map((port) => ({ view: undefined, port }))];
  const listed = Math.max(
    ...[...files, ...inside].map((view) => peersOf(view).size),
    ...brokers.map((view) => addressPorts(view).length),
    1,
  );
  while (all.length < listed) all.push({ view: undefined, port: undefined });
  const made = all.map((each, i) => ({ id: ids.allot(`controller-${i + 1}`), ...each }));
  for (const { id, view } of made) {
    if (view && inside.includes(view))
      changes.push(
        change(view, 'enableControllerInNamesrv', id, 'in a profile each controller is a process of its own, beside the NameServer'),
      );
  }
  return { controllers: made, changes };
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
