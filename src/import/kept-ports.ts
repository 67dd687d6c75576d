import { portOffsets } from '../rocketmq/ports.js';
import type { ElectionMode, ProcessRole } from '../rocketmq/releases.js';

/** The ports of the files that their nodes can keep on one machine. */
export class KeptPorts {
  readonly #taken = new Set<number>();

  /** @returns `port` if it and its neighbour ports are free and not privileged; undefined: rmqdev chooses the next free one. */
  keep(node: { role: ProcessRole; election?: ElectionMode | undefined }, port: number): number | undefined {
    const own = Object.values(portOffsets(node)).map((offset) => port + offset);
    if (!Number.isInteger(port) || port > 65_533 || own.some((each) => this.#taken.has(each) || each < 1_024 || each > 65_534))
      return undefined;
    for (const each of own) this.#taken.add(each);
    return port;
  }
}
