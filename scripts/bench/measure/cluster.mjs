/** A 2m2s of one release, by rmqdev and by RocketMQ's own scripts. */

import { setTimeout as sleep } from 'node:timers/promises';
import { nodesOf, timedStart } from '../cluster.mjs';
import { cpuPercent, hasProc, killUntilGone, memoryOf } from '../processes.mjs';
import { StockCluster } from '../stock.mjs';

/** So that what a start leaves behind (compilation, first registrations) is not measured as idle. */
const SETTLE_MS = 10_000;
const RESTARTED = 'broker-a';

/** See rows/cluster.mjs. */
export async function openCluster(bench, { release, scripts }) {
  const { signal, workspace } = bench;
  const wants = (...names) => names.some((name) => bench.wants(`${name}-${release}`));
  const cluster = await workspace.cluster({ release }, signal);
  const isCompared = wants('up', 'memory', 'down', 'delete', 'idle');
  const { nodes: _, ...plan } = await cluster.plan(signal);
  let stock;
  if (isCompared) {
    bench.say(`  getting the scripts of ${scripts}`);
    const folder = workspace.make(`stock-${release}`);
    stock = await StockCluster.prepare({ folder, release: cluster.releaseHome, scripts, javaHome: plan.java.home, signal });
  }
  const first = await workspace.withArchives(cluster, timedUp, signal);
  const facts = { java: String(plan.java.version) };
  return {
    facts,
    sides: {
      rmqdev: async (signal) => {
        const figures = await timedUp(cluster, signal);
        const { nodes } = figures;
        if (hasProc) Object.assign(figures, memoryOf(await cluster.jvms()));
        if (hasProc && wants('idle')) Object.assign(figures, await idle(bench, await cluster.jvms(), await cluster.daemon(signal), signal));
        if (wants('restart')) figures.restartMs = await timedRestart(cluster, nodes, signal);
        if (wants('down', 'recover')) {
          figures.downMs = await elapsed(() => cluster.down(signal));
          cluster.checkClosed();
          if (wants('recover', 'delete')) figures.againMs = await timedStartAll(cluster, nodes, signal);
        }
        if (wants('recover')) {
          await killUntilGone([await cluster.daemon(signal), ...(await cluster.jvms())], signal);
          figures.recoverMs = await timedStartAll(cluster, nodes, signal);
        }
        if (wants('delete')) {
          figures.deleteMs = await elapsed(() => cluster.downAndDelete(signal));
          await cluster.checkGone();
        }
        return figures;
      },
      ...(stock && {
        scripts: async (signal) => {
          const nodes = nodesOf(await cluster.plan(signal));
          const figures = await timedStart(async (watch) => {
            await stock.start(nodes);
            await watch(nodes);
          }, signal);
          if (hasProc) Object.assign(figures, memoryOf(await stock.jvms()));
          if (hasProc && wants('idle')) Object.assign(figures, await idle(bench, await stock.jvms(), undefined, signal));
          if (wants('down', 'delete')) figures.stopMs = await stock.stop();
          return figures;
        },
      }),
    },
    onlyOnce: first && { first },
    endRound: async () => {
      await stock?.stop();
      await cluster.end();
    },
    close: async () => stock?.remove(),
  };
}

/** @returns what a start from nothing takes, its daemon still to be started; and its nodes. */
export async function timedUp(cluster, signal) {
  let nodes;
  let returnedMs;
  const since = performance.now();
  const figures = await timedStart(async (watch) => {
    const { planned, done } = cluster.up(signal);
    nodes = planned.then(nodesOf);
    await Promise.all([nodes.then(watch), done.then(() => (returnedMs = performance.now() - since))]);
  }, signal);
  return { ...figures, doneMs: returnedMs, nodes: await nodes };
}

async function timedStartAll(cluster, nodes, signal) {
  const { writableMs } = await timedStart(
    (watch) => Promise.all([cluster.do(['start', 'all', '-c', '2m2s'], signal), watch(nodes)]),
    signal,
  );
  return writableMs;
}

/** The command says when it is in sync; that it is true is checked from outside. */
async function timedRestart(cluster, nodes, signal) {
  const pair = nodes.filter(({ role, brokerName }) => role === 'namesrv' || brokerName === RESTARTED);
  const { doneMs } = await timedStart(async (watch) => {
    await cluster.do(['restart', RESTARTED, '-c', '2m2s'], signal);
    await watch(pair);
  }, signal);
  return doneMs;
}

async function idle({ idleMs }, jvms, daemon, signal) {
  await sleep(SETTLE_MS, undefined, { signal });
  const [idlePercent, daemonPercent] = await Promise.all([
    cpuPercent(jvms, idleMs, signal),
    daemon === undefined ? undefined : cpuPercent([daemon], idleMs, signal),
  ]);
  return { idlePercent, daemonPercent };
}

async function elapsed(work) {
  const since = performance.now();
  await work();
  return performance.now() - since;
}
