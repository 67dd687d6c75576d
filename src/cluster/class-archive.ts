import type { NodeSpec } from './node-spec.js';
import type { Cluster } from './cluster.js';

export async function classArchiveFor(_spec: NodeSpec, _cache: string): Promise<string | undefined> {
  return undefined;
}
export async function prepareClassArchives(_c: Cluster, _n: (m: string) => void, _s: AbortSignal): Promise<void> {}
