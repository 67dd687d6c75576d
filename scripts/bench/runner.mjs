/** Runs families, their sides in turn. A side that fails in a round is told and costs that figure only. */

import { setTimeout as sleep } from 'node:timers/promises';
import { within } from './deadline.mjs';
import { resultOf } from './figures.mjs';
import { load } from './machine.mjs';
import { busyPercent, hasProc } from './processes.mjs';

const SIDE_TIMEOUT_MS = 300_000;
/** It may get releases and programs. */
const OPEN_TIMEOUT_MS = 600_000;
/** Before a family: what the one before it started has ended, so what is busy now is not ours. */
const LOOK_AT_MACHINE_MS = 2_000;
/** Percent of one core. */
const NOT_QUIET_PERCENT = 15;

/**
 * @param {import('./families.mjs').Family} family
 * @param {import('./families.mjs').Bench & { rounds: number }} bench
 * @returns what the wanted rows of the family came to, by name; a row without a figure is absent.
 */
export async function runFamily(family, bench) {
  const { signal, say } = bench;
  const rows = family.rows.filter(({ name }) => bench.wants(name));
  const busy = hasProc ? await busyPercent(LOOK_AT_MACHINE_MS, signal) : undefined;
  const failures = [];
  let rounds = [];
  let session;
  if (busy > NOT_QUIET_PERCENT) say(`  ! something else keeps ${Math.round(busy)} % of a core busy`);
  try {
    session = await within(OPEN_TIMEOUT_MS, signal, (opening) => family.open({ ...bench, signal: opening }));
    rounds = await runRounds(session, Math.min(bench.rounds, family.maxRounds ?? bench.rounds), bench, failures);
  } catch (error) {
    if (signal.aborted) throw error;
    failures.push(told('before the first round', error, say));
  } finally {
    await session?.close?.();
  }
  const taken = {
    failures,
    facts: session?.facts ?? {},
    ...(busy !== undefined && { busyPercent: Math.round(busy) }),
    load: Number(load().toFixed(2)),
    sides: Object.fromEntries(Object.keys(session?.sides ?? {}).map((side) => [side, family.sides[side]])),
  };
  const results = new Map(
    rows.flatMap((row) => {
      const result = resultOf(row, rounds);
      return result ? [[row.name, { ...taken, ...result }]] : [];
    }),
  );
  return { results, failures };
}

async function runRounds(session, count, bench, failures) {
  const { signal, say } = bench;
  const rounds = [];
  for (let number = 1; number <= count; number += 1) {
    const round = number === 1 ? { ...session.onlyOnce } : {};
    rounds.push(round);
    const sides = Object.entries(session.sides);
    // Who comes first changes: a machine that gets slower during a round must not be one side's loss.
    for (const [side, measure] of number % 2 === 1 ? sides : sides.reverse()) {
      const since = performance.now();
      try {
        round[side] = await within(session.timeoutMs ?? SIDE_TIMEOUT_MS, signal, measure);
        say(`  round ${number} of ${count}, ${side}: ${summaryOf(round[side])}  [${Math.round((performance.now() - since) / 1_000)} s]`);
      } catch (error) {
        if (signal.aborted) throw error;
        failures.push(told(`round ${number}, ${side}`, error, say));
      } finally {
        await session.endRound?.();
      }
      await sleep(500, undefined, { signal });
    }
  }
  return rounds;
}

function told(where, error, say) {
  const why = (error.shortMessage ?? error.message).split('\n', 1)[0];
  say(`  ! ${where} failed: ${why}${error.stderr ? `\n    ${error.stderr.trim().split('\n').slice(-5).join('\n    ')}` : ''}`);
  return `${where}: ${why}`;
}

const UNITS = { Ms: 'ms', Bytes: 'bytes', Percent: '%' };

/** The bare figures of one round, for somebody who watches. */
function summaryOf(figures) {
  return Object.entries(figures)
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => {
      const unit = Object.keys(UNITS).find((each) => name.endsWith(each) || name === each.toLowerCase());
      if (unit === 'Bytes' || name === 'peak') return `${name.replace(/Bytes$/, '')} ${Math.round(value / 1e6)} MB`;
      return `${name.replace(/(Ms|Percent)$/, '') || name} ${value >= 100 ? Math.round(value) : value.toFixed(value < 1 ? 3 : 1)}${unit ? ` ${UNITS[unit]}` : ''}`;
    })
    .join(', ');
}
