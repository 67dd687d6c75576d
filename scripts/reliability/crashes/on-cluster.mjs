/** The frame of a proof on a cluster of its own: it is taken down whatever comes, what is left is told, and the home is kept where something is wrong. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CrashedCluster, freeBlock } from './cluster.mjs';

export const say = (text) => void process.stdout.write(`${text}\n`);

/** @returns a signal that aborts with Ctrl-C and SIGTERM. */
export function interruption() {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => controller.abort());
  return controller.signal;
}

/**
 * @param {{ home?: string, port: string, keep: boolean }} options of the command line
 * @param prove gives the figures, with `anomalies`, of a cluster that is not started yet
 * @param write keeps them. Exit status 1 where there is an anomaly
 */
export async function onCluster(options, prove, write) {
  const home = options.home ? resolve(options.home) : mkdtempSync(join(tmpdir(), 'rmqc-'));
  const cluster = new CrashedCluster(home, await freeBlock(Number(options.port)));
  const since = Date.now();
  let result;
  try {
    result = await prove(cluster, home);
    result.down = await cluster.down();
  } finally {
    if (!result) await cluster.down().catch((error) => say(`down: ${error.message}`));
    await cluster.stopDaemon();
  }
  result.totalMs = Date.now() - since;
  const left = await cluster.jvms();
  if (left.size > 0) result.anomalies.push({ what: 'left running', nodes: Object.fromEntries(left) });
  write(result);
  if (result.anomalies.length > 0) process.exitCode = 1;
  if (options.keep || process.exitCode) say(`its home is left: ${home}`);
  else rmSync(home, { recursive: true, force: true, maxRetries: 10 });
}

/** @returns what says of the first start on which machine it was, for the console. */
export function aboutStart({ rocketmq, java, readyMs }, cores, home) {
  return `RocketMQ ${rocketmq}, JDK ${java.version}, ${cores} cores; ready after ${(readyMs / 1_000).toFixed(1)} s; ${home}`;
}
