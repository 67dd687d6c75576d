/**
 * Ports that an `up` under way has chosen and nobody listens on yet. Without them, two clusters that are planned at the same time would get
 * the same ports, and one would answer the probes of the other. Shared by the clusters of a daemon.
 */
export class PortClaims {
  readonly #clusters = new Map<number, string>();

  /** @returns the first of `ports` that another cluster has claimed, with its name. */
  rivalOf(cluster: string, ports: readonly number[]): { port: number; cluster: string } | undefined {
    for (const port of ports) {
      const holder = this.#clusters.get(port);
      if (holder !== undefined && holder !== cluster) return { port, cluster: holder };
    }
    return undefined;
  }

  claim(cluster: string, ports: readonly number[]): void {
    for (const port of ports) this.#clusters.set(port, cluster);
  }

  release(cluster: string): void {
    for (const [port, holder] of this.#clusters) if (holder === cluster) this.#clusters.delete(port);
  }
}
