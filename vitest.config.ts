import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const build = 'test/support/build.ts';
/** Real brokers, one test after the other. */
const real = {
  globalSetup: [build, 'test/e2e/support/releases.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
  fileParallelism: false,
};

/** unit: no socket, no process. integration: the built CLI and daemon on fake JVMs. e2e: real RocketMQ. matrix: on more releases. */
export default defineConfig({
  test: {
    // Integration tests mostly wait for the processes that they started.
    maxWorkers: Math.max(4, availableParallelism()),
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text-summary', 'json-summary'] },
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 60_000 } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: build,
          isolate: false,
          // For hangs: a machine that has other work takes its time.
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], sequence: { groupOrder: 1 }, ...real } },
      { test: { name: 'matrix', include: ['test/matrix/**/*.test.ts'], sequence: { groupOrder: 2 }, ...real } },
    ],
  },
});
