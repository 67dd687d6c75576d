/** See rows/status.mjs. */

import { median } from '../figures.mjs';
import { PROGRAM } from '../program.mjs';
import { RELEASE, SIDES } from '../rows/status.mjs';
import { runProgram } from '../run-program.mjs';
import { nodeProgram } from '../tools.mjs';
import { timedUp } from './cluster.mjs';

/** In a round, in turn. */
const RUNS = 10;

/** @returns the session of the family. */
export async function openStatus(bench) {
  const { signal, workspace } = bench;
  const cluster = await workspace.cluster({ release: RELEASE }, signal);
  await workspace.withArchives(cluster, timedUp, signal);
  const wanted = Object.keys(SIDES).filter((side) => bench.wants(side === 'own' ? 'status' : `status-${side}`));
  const programs = {};
  for (const side of wanted) {
    if (side !== 'own') bench.say(`  getting Node.js ${SIDES[side].major}`);
    programs[side] = side === 'own' ? process.execPath : await nodeProgram(workspace, SIDES[side].major, signal);
  }
  const facts = {};
  for (const side of wanted) facts[side] = (await runProgram([programs[side], '-v'], { signal })).stdout.trim();
  await timedUp(cluster, signal);
  const measure = (node) => async (signal) => {
    const [status, empty] = [[], []];
    // The first of each reads its files from the disk.
    for (let run = -1; run < RUNS; run += 1) {
      const ofEmpty = await runProgram([node, '-e', '0'], { signal });
      const ofStatus = await runProgram([node, PROGRAM, 'status'], { signal, env: cluster.env });
      if (!ofStatus.stdout.includes('broker-b-s')) throw new Error(`status does not show the cluster: ${ofStatus.stdout}`);
      if (run < 0) continue;
      empty.push(ofEmpty.ms);
      status.push(ofStatus.ms);
    }
    return { statusMs: median(status), emptyMs: median(empty) };
  };
  return {
    facts,
    sides: Object.fromEntries(wanted.map((side) => [side, measure(programs[side])])),
    close: () => cluster.end(),
  };
}
