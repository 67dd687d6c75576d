import { grouped } from '../../base/grouped.js';
import { type Spot, sharingOf } from './hosts.js';
import type { NodeView } from './node-view.js';

/** A node to compare, with the facts that decide whether it is on the same host as another. */
export type Tenant = { node: NodeView; order: number; spot: Spot; listenPort: number; brokerName: string | undefined };
export type Shared = 'network' | 'disk';
/** Whether two nodes are on one host: certain by the files, suggested by them, or unknown. */
export type Standing = 'certain' | 'likely' | 'other';
/** How many nodes have this relation to one node. */
export type Counts = Record<Standing, number>;

/** @param areSeveral there are several hosts: then a slave is not on its master's host */
export function standingOf(a: Tenant, b: Tenant, shared: Shared, areSeveral: boolean): Standing {
  const relation = sharingOf(a.spot, b.spot)[shared];
  if (relation === 'same') return 'certain';
  const isPair = a.brokerName !== undefined && a.brokerName === b.brokerName;
  // Different ports for two nodes mean one host.
  const isLikely = a.node.role === b.node.role && a.listenPort !== b.listenPort && !(isPair && areSeveral);
  return relation === 'unknown' && isLikely ? 'likely' : 'other';
}

/**
 * Nodes that want one thing, counted by the facts that `standingOf` looks at, so that no node must be compared with all of them:
 * a folder can hold ten thousand brokers that all have the same port, or the same store.
 */
export class Crowd {
  readonly #size: number;
  readonly #shared: Shared;
  readonly #areSeveral: boolean;
  readonly #rooms: readonly Room[];
  readonly #roomsByIp: ReadonlyMap<string | undefined, Room[]>;
  readonly #near = new Map<string, { room: Room; relation: 'same' | 'unknown' }[]>();

  constructor(tenants: readonly Tenant[], shared: Shared, areSeveral: boolean) {
    this.#size = tenants.length;
    this.#shared = shared;
    this.#areSeveral = areSeveral;
    this.#rooms = [...grouped(tenants, ({ spot }) => spot.key).values()].map((group) => new Room(group));
    this.#roomsByIp = grouped(this.#rooms, ({ spot }) => spot.ip);
  }

  /** @param isMember whether `tenant` is one of the crowd: a node does not count itself */
  countsFor(tenant: Tenant, isMember: boolean): Counts {
    const counts: Counts = { certain: 0, likely: 0, other: this.#size };
    for (const { room, relation } of this.#roomsNear(tenant.spot)) {
      if (relation === 'same') counts.certain += room.size - (isMember && room.spot.key === tenant.spot.key ? 1 : 0);
      else counts.likely += room.likelyFor(tenant, this.#areSeveral);
    }
    counts.other -= counts.certain + counts.likely + (isMember ? 1 : 0);
    return counts;
  }

  /** The rooms that may be on the same host; asked once for each spot. */
  #roomsNear(spot: Spot) {
    let near = this.#near.get(spot.key);
    if (!near) {
      const rooms = spot.ip === undefined ? this.#rooms : [spot.ip, undefined].flatMap((ip) => this.#roomsByIp.get(ip) ?? []);
      near = rooms.flatMap((room) => {
        const relation = sharingOf(spot, room.spot)[this.#shared];
        return relation === 'different' ? [] : [{ room, relation }];
      });
      this.#near.set(spot.key, near);
    }
    return near;
  }
}

/** Nodes of one spot. */
class Room {
  readonly spot: Spot;
  readonly size: number;
  readonly #numbers = new Map<string, number>();

  constructor(tenants: readonly Tenant[]) {
    this.spot = (tenants[0] as Tenant).spot;
    this.size = tenants.length;
    for (const tenant of tenants) {
      for (const kind of kindsOf(tenant)) this.#numbers.set(kind, (this.#numbers.get(kind) ?? 0) + 1);
    }
  }

  /** How many have its role and another port, and, if there are several hosts, another brokerName. */
  likelyFor(tenant: Tenant, areSeveral: boolean): number {
    const [ofRole, ofPort, ofName, ofBoth] = kindsOf(tenant).map((kind) => this.#numbers.get(kind) ?? 0) as [
      number,
      number,
      number,
      number,
    ];
    return areSeveral && tenant.brokerName !== undefined ? ofRole - ofPort - ofName + ofBoth : ofRole - ofPort;
  }
}

function kindsOf({ node: { role }, listenPort, brokerName = '' }: Tenant): string[] {
  return [role, `${role} ${listenPort}`, `${role} name ${brokerName}`, `${role} ${listenPort} ${brokerName}`];
}
