/** See rows/clone.mjs. */

import { join } from 'node:path';
import { execa } from 'execa';
import { jvmsWith, nodesOf, timedStart } from '../cluster.mjs';
import { killUntilGone, processesWith } from '../processes.mjs';
import { ROOT } from '../program.mjs';
import { eventsOfUp, RmqdevCluster } from '../rmqdev.mjs';
import { RELEASE } from '../rows/clone.mjs';

/** @returns the session of the family. */
export async function openClone({ workspace }) {
  let number = 0;
  let home;
  return {
    sides: {
      rmqdev: async (signal) => {
        number += 1;
        home = workspace.make(`c${number}`);
        const checkout = join(home, 'rmqdev');
        const options = { stdin: 'ignore', cancelSignal: signal };
        const cloneMs = await elapsed(() => execa('git', ['clone', '--quiet', '--no-local', ROOT, checkout], options));
        const ciMs = await elapsed(() => execa('npm', ['ci', '--no-audit', '--no-fund'], { ...options, cwd: checkout }));
        let planMs;
        const { writableMs } = await timedStart(async (watch) => {
          const since = performance.now();
          const args = ['rmqdev', 'up', '2m2s', '--rocketmq', RELEASE, '--from', 'maven', '--json'];
          const { planned, done } = eventsOfUp(execa('npx', args, { ...options, cwd: checkout, env: { RMQDEV_HOME: home } }));
          const watched = planned.then((plan) => {
            planMs = performance.now() - since;
            return watch(nodesOf(plan));
          });
          await Promise.all([watched, done]);
        }, signal);
        return { cloneMs, ciMs, planMs, upMs: writableMs - planMs, totalMs: cloneMs + ciMs + writableMs };
      },
    },
    endRound: async () => {
      if (!home) return;
      await RmqdevCluster.endAll(home);
      await killUntilGone([...(await jvmsWith(`${home}/`)), ...processesWith(home)], AbortSignal.timeout(10_000));
      await workspace.remove(`c${number}`);
    },
  };
}

async function elapsed(work) {
  const since = performance.now();
  await work();
  return performance.now() - since;
}
