import type { Finding } from '../../src/base/finding.js';
import { known, type MemoryFacts, type StoreFacts, type VolumeFacts } from '../../src/diagnose/preflight/facts.js';
import type { PreflightNode, PreflightPlan } from '../../src/diagnose/preflight/plan.js';
import type { PreflightFacts } from '../../src/diagnose/preflight.js';

export const GB = 1_073_741_824;
export const MB = 1_048_576;

export function node(id: string, overrides: Partial<PreflightNode> = {}): PreflightNode {
  const role = id.startsWith('namesrv') ? 'namesrv' : 'broker';
  return {
    id,
    role,
    release: '5.5.0',
    releaseBefore: undefined,
    memoryBytes: role === 'broker' ? 300 * MB : 85 * MB,
    jvm: [],
    store: `/home/me/.rmqdev/clusters/dev/nodes/${id}/store`,
    properties: new Map([
      ['mappedFileSizeCommitLog', '67108864'],
      ['mappedFileSizeConsumeQueue', '600000'],
    ]),
    change: 'start',
    ...overrides,
  };
}

export function plan(nodes: readonly PreflightNode[] = [node('namesrv-1'), node('broker-a'), node('broker-b')]): PreflightPlan {
  return { cluster: 'dev', home: '/home/me/.rmqdev', nodes };
}

export const memory = (overrides: Partial<MemoryFacts> = {}) => known({ totalBytes: 16 * GB, availableBytes: 16 * GB, ...overrides });

export const volume = (overrides: Partial<VolumeFacts> = {}) =>
  known<VolumeFacts>({
    path: '/home/me/.rmqdev',
    totalBytes: 200 * GB,
    usableBytes: 100 * GB,
    usedRatio: 0.5,
    freeInodes: 1_000_000,
    mount: known({ point: '/home', type: 'ext4', options: ['rw', 'relatime'] }),
    isWritable: true,
    ...overrides,
  });

export function store(overrides: Partial<StoreFacts> = {}): StoreFacts {
  const path = '/home/me/.rmqdev/clusters/dev/nodes/broker-a/store';
  return { path, entries: [], commitLog: [], consumeQueue: [], configs: [], locks: [], readOnly: [], ...overrides };
}

/** A machine on which nothing speaks against a start. */
export const facts = (overrides: Partial<PreflightFacts> = {}): PreflightFacts => ({
  os: 'linux',
  wsl: null,
  memory: memory(),
  volume: volume(),
  limits: known({ openFiles: 1_048_576, processes: 60_000, processesNow: null, maxMapCount: 65_530, overcommit: 0 }),
  hostName: { name: 'laptop', tookMs: 2, outcome: 'resolved' },
  stores: new Map(),
  ...overrides,
});

export const codes = (findings: readonly Finding[]): string[] => findings.map(({ code, severity }) => `${severity} ${code}`);

/** Every finding must say what, why and what to do, without a full stop that the output would double. */
export function readable(findings: readonly Finding[]): boolean {
  return findings.every(({ what, why, next }) =>
    [what, why, next].every((text) => /\S{2}/.test(text) && !/undefined|null|NaN|\.$/.test(text)),
  );
}
