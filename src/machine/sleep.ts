import type { Clock } from '../base/clock.js';
import { type Known, notKnown } from '../diagnose/preflight/facts.js';
import type { SleepSettings } from '../diagnose/preflight/sleep.js';
import { bounded } from './bounded.js';
import type { MachineWorld } from './machine-world.js';

const TIMEOUT_MS = 1_000;

/** When macOS goes to sleep by itself. Linux has no single place for this. */
export async function sleepSettings(machine: MachineWorld, clock: Clock): Promise<Known<SleepSettings>> {
  if (machine.os !== 'darwin') return notKnown('Linux has no single setting for it; its clocks show whether it slept');
  return bounded(async () => parsePmset(await machine.run('/usr/bin/pmset', ['-g'])), TIMEOUT_MS, clock);
}

/**
 * Reads the line ` sleep                1 (sleep prevented by sharingd, powerd)` of `pmset -g`: minutes, 0 is never.
 * Source: pmset(1) of macOS.
 */
export function parsePmset(text: string): SleepSettings {
  const line = /^\s*sleep\s+(\d+)(?:\s+\(sleep prevented by ([^)]*)\))?/m.exec(text);
  if (!line) throw new Error('pmset prints no sleep time');
  return { afterMinutes: Number(line[1]), preventedBy: line[2] ?? null };
}
