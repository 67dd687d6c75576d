import type { Finding } from '../../base/finding.js';
import { formatDuration } from '../../base/units.js';
import { finding } from './codes.js';
import type { Known } from './facts.js';

/** `afterMinutes`: 0 is never; `preventedBy`: who keeps it awake now. */
export type SleepSettings = { afterMinutes: number; preventedBy: string | null };

/** `sleptMs`: since the boot; `hardwareOffsetMs`: system time minus the hardware clock's. */
export type ClockFacts = { timeZone: string; sleptMs: Known<number>; hardwareOffsetMs: Known<number> };

const SHORT_SLEEP_MS = 60_000;

/** What a sleeping laptop does to brokers: it is told, because nothing can be done before it happens but to keep it awake. */
export function judgeSleep(settings: Known<SleepSettings>, clock: ClockFacts): Finding[] {
  const findings: Finding[] = [];
  const effect =
    'for RocketMQ a sleep is a pause of all nodes at once: at the wake-up clients see time-outs, and NameServers may drop brokers until they register again';
  if (settings.value && settings.value.afterMinutes > 0) {
    const { afterMinutes, preventedBy } = settings.value;
    findings.push(
      finding('info', 'SLEEPS_BY_ITSELF', {
        what: `this Mac goes to sleep by itself after ${afterMinutes} min${preventedBy ? `, unless kept awake as now by ${preventedBy}` : ''}`,
        why: effect,
        next: 'Keep it awake while the cluster runs: `caffeinate -i`, or `caffeinate -i rmqdev up 2m2s` for the start',
      }),
    );
  }
  const slept = clock.sleptMs.value ?? 0;
  if (slept > SHORT_SLEEP_MS) {
    findings.push(
      finding('info', 'MACHINE_SLEPT', {
        what: `this machine has slept for ${formatDuration(slept)} since it was booted`,
        why: effect,
        next: 'Look at what is back: `rmqdev status`; on Linux `systemd-inhibit --what=sleep <command>` keeps it awake',
      }),
    );
  }
  return findings;
}

const CLOCK_TOLERANCE_MS = 60_000;
const QUARTER_HOUR_MS = 900_000;

/** A hardware clock in local time is off by the time zone: whole quarters of an hour say nothing. */
export function judgeClock({ hardwareOffsetMs }: ClockFacts, wsl: 1 | 2 | null): Finding[] {
  const offset = hardwareOffsetMs.value;
  if (offset === undefined) return [];
  const beyondZone = Math.abs(offset - Math.round(offset / QUARTER_HOUR_MS) * QUARTER_HOUR_MS);
  if (beyondZone <= CLOCK_TOLERANCE_MS) return [];
  return [
    finding('warning', 'CLOCK_OFF', {
      what: `the clock of the system and that of the hardware differ by ${formatDuration(beyondZone)}`,
      why: 'messages carry the time at which they were stored: consumers that start by time and delayed messages go by it, and it jumps when the clock is set right',
      next: wsl
        ? 'Set it by the hardware: `sudo hwclock -s`, or `wsl --shutdown` in Windows'
        : 'Set it by the network: `sudo timedatectl set-ntp true`',
    }),
  ];
}

/** What WSL brings with it. @param totalBytes the memory that Linux has */
export function judgeWsl(wsl: 1 | 2 | null): Finding[] {
  if (wsl === null) return [];
  if (wsl === 1) {
    return [
      finding('error', 'WSL_1', {
        what: 'this is WSL 1',
        why: 'it has no Linux kernel: file locks and memory-mapped files behave otherwise, and RocketMQ needs both',
        next: 'Turn the distribution into WSL 2, in Windows: `wsl --set-version <distribution> 2`',
      }),
    ];
  }
  return [
    finding('info', 'WSL_MEMORY', {
      what: 'this is WSL 2: Linux has half of the memory of Windows unless told otherwise, and gives it back late',
      why: 'file caches of brokers count as taken; Windows may become slow though Linux has memory left, and a sleep of Windows makes the clock of Linux lag',
      next: 'In %UserProfile%\\.wslconfig, below [wsl2], write memory=8GB; below [experimental], autoMemoryReclaim=gradual; then `wsl --shutdown`',
    }),
  ];
}
