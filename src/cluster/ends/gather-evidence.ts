import { existsSync } from 'node:fs';
import type { Evidence, EvidenceFile, PortHolderFact } from '../../diagnose/evidence.js';
import { type NodeSpec, nodeMarker } from '../spec/node-spec.js';
import type { World } from '../world.js';

/** What is known of an end apart from the files. */
type EndFacts = Pick<Evidence, 'exit' | 'wasReady'>;

/** @returns what is known now about how a node ended, or about a running node. Omits what the system does not tell. Never rejects. */
export async function gatherEvidence(
  spec: NodeSpec,
  files: readonly EvidenceFile[],
  end: EndFacts,
  world: Pick<World, 'platform'>,
): Promise<Evidence> {
  const [portHolders, memory, disk] = await Promise.all([
    portHoldersOf(spec, world),
    world.platform.memory().catch(() => null),
    world.platform.disk(spec.paths.store).catch(() => null),
  ]);
  const ports = Object.entries(spec.ports).flatMap(([name, port]) => (port === undefined ? [] : [[name, port] as const]));
  return {
    node: spec.id,
    role: spec.role,
    rocketmq: spec.release.version,
    jdkMajor: spec.jdk.major,
    ...end,
    files,
    ports: Object.fromEntries(ports),
    portHolders,
    heapBytes: spec.heapBytes,
    storePath: spec.paths.store,
    configFile: existsSync(spec.paths.config) ? spec.paths.config : null,
    memory,
    diskUsedRatio: disk?.usedRatio ?? null,
  };
}

/** Who else listens on the node's ports now. Not the node itself: it may have been started again. */
export async function portHoldersOf(spec: NodeSpec, { platform }: Pick<World, 'platform'>): Promise<PortHolderFact[]> {
  const sockets = new Map(Object.entries(spec.ports).map(([socket, port]) => [port, socket]));
  const owners = await platform.listeners([...sockets.keys()]).catch(() => []);
  return owners
    .filter(({ command }) => !command?.includes(nodeMarker(spec.paths)))
    .map(({ port, pid, command }) => ({ port, socket: sockets.get(port) ?? '', pid: pid ?? null, command: command ?? null }));
}
