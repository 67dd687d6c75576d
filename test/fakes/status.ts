import { PassThrough } from 'node:stream';
import type { Plan } from '../../src/contract/events.js';
import type { ClusterStatus, NodeStatus } from '../../src/contract/status.js';

/** A master that is ready and in sync; `settings` differ. */
export const nodeStatus = (settings: Partial<NodeStatus> = {}): NodeStatus => ({
  id: 'broker-a',
  role: 'broker',
  brokerName: 'broker-a',
  brokerId: 0,
  liveRole: 'master',
  state: 'ready',
  reason: null,
  pid: 4_194_304,
  address: '127.0.0.1:10911',
  startedAt: '2026-11-20T09:50:00.000Z',
  restarts: 0,
  rocketmq: '5.5.0',
  java: { version: 17, home: '/jdk' },
  ports: { listen: 10911, fast: 10909, ha: 10912 },
  rssBytes: 137_000_000,
  cpuPercent: 3,
  heapBytes: 268_435_456,
  registeredWith: ['127.0.0.1:9876', '127.0.0.1:9877'],
  inSync: true,
  lagBytes: null,
  diskBytes: 65_536,
  configDrift: [],
  pendingChanges: [],
  lastExit: null,
  ...settings,
});

export const clusterStatus = (...nodes: NodeStatus[]): ClusterStatus => ({
  cluster: '2m2s',
  profile: '2m2s',
  state: 'ready',
  rocketmq: '5.5.0',
  rocketmqHome: '/home/me/rocketmq/5.5.0',
  java: { version: 17, home: '/jdk' },
  measuredAt: '2026-11-20T12:00:00.000Z',
  namesrvAddr: '127.0.0.1:9876;127.0.0.1:9877',
  nodes,
});

export const plannedNode = (id: string, role: string, changes: string[] = []): Plan['nodes'][number] => ({
  id,
  role,
  rocketmq: '5.5.0',
  java: 17,
  ports: { listen: 10911, fast: 10909, ha: 10912 },
  heapBytes: 268_435_456,
  memoryBytes: 314_572_800,
  folder: `/home/me/.rmqdev/clusters/dev/nodes/${id}`,
  change: 'restart',
  changes,
});

export const planOf = (...nodes: Plan['nodes']): Plan => ({
  cluster: 'dev',
  profile: 'single',
  profileFile: '/profiles/single.yaml',
  rocketmq: '5.5.0',
  releaseSource: 'installed',
  java: { version: 17, home: '/jdk' },
  namesrvAddr: '127.0.0.1:9876',
  nodes,
  memoryBytes: 1_048_576,
  files: [],
  notices: [],
});

/** Takes what a command prints; a pipe unless told. */
export class Printed {
  readonly stream: NodeJS.WriteStream;
  readonly #through = new PassThrough();

  constructor({ isTTY = false, columns }: { isTTY?: boolean; columns?: number } = {}) {
    this.stream = Object.assign(this.#through, isTTY ? { isTTY, columns } : {}) as unknown as NodeJS.WriteStream;
  }

  /** What came since the last call. */
  get text(): string {
    return (this.#through.read() as Buffer | null)?.toString() ?? '';
  }
  get lines(): string[] {
    return this.text.trimEnd().split('\n');
  }
}
