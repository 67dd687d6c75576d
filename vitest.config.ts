import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { TestOrder } from './test/support/test-order.js';

const build = 'test/support/build.ts';
/** For hangs alone: a machine that has other work takes its time. */
const timeouts = { testTimeout: 120_000, hookTimeout: 120_000 };
/** A process for every file would cost a third of the time: each loads all of src again. */
const local = { isolate: false, ...timeouts };
/** Real brokers. */
const real = { globalSetup: [build, 'test/e2e/support/releases.ts'], ...timeouts };

/** unit: no socket, no process. integration: the built CLI and daemon on fake JVMs. e2e: real RocketMQ. matrix: on more releases. net: between network namespaces, as root. engines: exports on podman, a Kubernetes API server, systemd and plain scripts. */
export default defineConfig({
  test: {
    // Integration tests mostly wait for the processes that they started.
    maxWorkers: Math.max(4, availableParallelism()),
    sequence: { sequencer: TestOrder },
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'json-summary'] },
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], ...local } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: build,
          unstubEnvs: true,
          ...local,
        },
      },
      // Two files at once, the longest first: most of their time they wait, for elections, registrations and for slaves that catch up.
      // Not beside the integration tests: with both, two processors are too few for the times that RocketMQ gives its own nodes.
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], sequence: { groupOrder: 1 }, ...real, maxWorkers: 2 } },
      { test: { name: 'matrix', include: ['test/matrix/**/*.test.ts'], sequence: { groupOrder: 2 }, ...real, maxWorkers: 1 } },
      { test: { name: 'net', include: ['test/net/**/*.test.ts'], sequence: { groupOrder: 3 }, ...real, maxWorkers: 1 } },
      {
        test: {
          name: 'engines',
          include: ['test/engines/**/*.test.ts'],
          ...real,
          testTimeout: 600_000,
          // It may build a Kubernetes API server.
          hookTimeout: 5_400_000,
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
