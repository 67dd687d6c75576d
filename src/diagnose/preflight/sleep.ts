import type { Finding } from '../../base/finding.js';
import { formatDuration } from '../../base/units.js';
import { finding } from './codes.js';
import type { Known } from './facts.js';

/** `afterMinutes`: 0 is never; `preventedBy`: what keeps it awake now. */
export type SleepSettings = { afterMinutes: number; preventedBy: string | null };

/** `sleptMs`: since the boot; `hardwareOffsetMs`: system time minus the hardware clock's. */
export type ClockFacts = { timeZone: string; sleptMs: Known<number>; hardwareOffsetMs: Known<number> };

const SHORT_SLEEP_MS = 60_000;

/** What a sleeping laptop does to brokers. All that the user can do is keep it awake, so `doctor` says so. */
export function judgeSleep(settings: Known<SleepSettings>, clock: ClockFacts): Finding[] {
  const findings: Finding[] = [];
  const effect =
    'a sleep pauses all nodes at once: after it clients see time-outs, and NameServers may drop brokers until they register again';
  if (settings.value && settings.value.afterMinutes > 0) {
    const { afterMinutes, preventedBy } = settings.value;
    findings.push(
      finding('info', 'SLEEPS_BY_ITSELF', {
        what: `this Mac goes to sleep by itself after ${afterMinutes} min${preventedBy ? `; ${preventedBy} keeps it awake now` : ''}`,
        why: effect,
        next: 'Keep it awake while the cluster runs: `caffeinate -i`, or `caffeinate -i rmqdev up 2m2s` for the start',
      }),
    );
  }
  const slept = clock.sleptMs.value ?? 0;
  if (slept > SHORT_SLEEP_MS) {
    findings.push(
      finding('info', 'MACHINE_SLEPT', {
        what: `this machine has slept for ${formatDuration(slept)} since boot`,
        why: effect,
        next: 'Check the nodes with `rmqdev status`; on Linux `systemd-inhibit --what=sleep <command>` keeps it awake',
      }),
    );
  }
  return findings;
}

const CLOCK_TOLERANCE_MS = 60_000;
const QUARTER_HOUR_MS = 900_000;

/** A hardware clock in local time differs by the time zone: whole quarters of an hour are not a finding. */
export function judgeClock({ hardwareOffsetMs }: ClockFacts, wsl: 1 | 2 | null): Finding[] {
  const offset = hardwareOffsetMs.value;
  if (offset === undefined) return [];
  const beyondZone = Math.abs(offset - Math.round(offset / QUARTER_HOUR_MS) * QUARTER_HOUR_MS);
  if (beyondZone <= CLOCK_TOLERANCE_MS) return [];
  return [
    finding('warning', 'CLOCK_OFF', {
      what: `the system clock and the hardware clock differ by ${formatDuration(beyondZone)}`,
      why: 'messages carry the time at which they were stored. Delayed messages and consumers that start by time depend on it, and it jumps when the clock is corrected',
      next: wsl
        ? 'Set it from the hardware clock: `sudo hwclock -s`, or `wsl --shutdown` in Windows'
        : 'Set it from the network: `sudo timedatectl set-ntp true`',
    }),
  ];
}

/** What is different under WSL. @param totalBytes the memory that Linux has */
export function judgeWsl(wsl: 1 | 2 | null): Finding[] {
  if (wsl === null) return [];
  if (wsl === 1) {
    return [
      finding('error', 'WSL_1', {
        what: 'this is WSL 1',
        why: 'it has no Linux kernel: file locks and memory-mapped files behave differently, and RocketMQ needs both',
        next: 'Convert the distribution to WSL 2, in Windows: `wsl --set-version <distribution> 2`',
      }),
    ];
  }
  return [
    finding('info', 'WSL_MEMORY', {
      what: 'this is WSL 2: by default Linux gets half of the memory of Windows, and gives it back late',
      why: 'file caches of brokers count as used; Windows may become slow although Linux has memory left, and after a sleep of Windows the clock of Linux is late',
      next: 'In %UserProfile%\\.wslconfig, below [wsl2], write memory=8GB; below [experimental], autoMemoryReclaim=gradual; then `wsl --shutdown`',
    }),
  ];
}
