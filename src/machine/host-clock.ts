import { readdir, readFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { type Known, known, notKnown } from '../diagnose/preflight/facts.js';
import type { ClockFacts } from '../diagnose/preflight/sleep.js';
import type { MachineWorld } from './machine-world.js';

/** Compares the clocks of this machine. On systems other than Linux most facts are unknown. */
export async function clockFacts(machine: MachineWorld): Promise<ClockFacts> {
  return {
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    sleptMs: machine.os === 'linux' ? known(sleptMs()) : notKnown('all macOS clocks that Node.js can read count the time asleep'),
    hardwareOffsetMs: await hardwareOffset(machine),
  };
}

/** CLOCK_BOOTTIME (uptime) counts the time asleep, CLOCK_MONOTONIC (hrtime) does not. Source: clock_gettime(2); of macOS: libuv src/unix/darwin.c. */
function sleptMs(): number {
  return Math.max(0, Math.round(uptime() * 1_000 - Number(process.hrtime.bigint() / 1_000_000n)));
}

/** @returns system time minus hardware clock; the hardware clock may run in local time. */
async function hardwareOffset({ os, root }: MachineWorld): Promise<Known<number>> {
  if (os !== 'linux') return notKnown('only Linux shows its hardware clock');
  const folder = join(root, 'sys/class/rtc');
  const [first] = await readdir(folder).catch(() => []);
  if (!first) return notKnown('this machine has no hardware clock that can be read');
  const text = await readFile(join(folder, first, 'since_epoch'), 'utf8').catch(() => '');
  return /^\d+\s*$/.test(text) ? known(Date.now() - Number(text) * 1_000) : notKnown('the hardware clock cannot be read');
}
