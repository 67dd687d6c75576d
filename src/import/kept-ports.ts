import { portOffsets } from '../rocketmq/ports.js';
import type { ElectionMode, ProcessRole } from '../rocketmq/releases.js';

/** The ports of the files that their nodes can keep. */
export class KeptPorts {
  readonly #taken = new Set<string>();

  /**
   * @param domains what gives each port to one node only: this machine, or a host and the address at which it is reached
   * @returns `port` if it and its neighbour ports are free and not privileged; undefined: rmqdev chooses the next free one.
   */
  keep(node: { role: ProcessRole; election?: ElectionMode | undefined }, port: number, domains: readonly string[]): number | undefined {
    const own = Object.values(portOffsets(node)).map((offset) => port + offset);
    const keys = own.flatMap((each) => domains.map((domain) => `${domain} ${each}`));
    if (!Number.isInteger(port) || port > 65_533 || own.some((each) => each < 1_024 || each > 65_534)) return undefined;
    if (keys.some((key) => this.#taken.has(key))) return undefined;
    for (const key of keys) this.#taken.add(key);
    return port;
  }
}
