import type { Clock } from '../base/clock.js';
import type { Probe, ProbeResult } from './probe.js';

/** How often is asked, how long an answer may take, and how many failures in a row count. */
const READINESS = {
  starting: { periodMs: 100, timeoutMs: 6_000, failures: Number.POSITIVE_INFINITY },
  unready: { periodMs: 250, timeoutMs: 3_000, failures: Number.POSITIVE_INFINITY },
  ready: { periodMs: 1_000, timeoutMs: 3_000, failures: 2 },
} as const;
/** A garbage collection or a sleeping laptop is no death: five silent answers in a row, about 15 s. */
const LIVENESS = { periodMs: 1_000, timeoutMs: 2_000, failures: 5 };
/** A gap this much longer than the period means that the machine slept: failures before it do not count. */
const SLEPT_MS = 10_000;

type Watch = { probe: Probe; clock: Clock; signal: AbortSignal };

/** Asks until the verdict for this phase falls: passed while starting or unready, lost while ready. */
export function watchReadiness(
  watch: Watch & {
    phase: keyof typeof READINESS;
    reason: (reason: string) => void;
    verdict: (passed: boolean, reason: string | null) => void;
  },
): void {
  const timing = READINESS[watch.phase];
  let failures = 0;
  void every(watch, timing, (result) => {
    if (result.ok) {
      failures = 0;
      if (watch.phase === 'ready') return false;
      watch.verdict(true, null);
      return true;
    }
    failures += 1;
    if (watch.phase !== 'ready') watch.reason(result.reason);
    if (failures < timing.failures) return false;
    watch.verdict(false, result.reason);
    return true;
  });
}

/** Asks until the node counts as hung; nothing is asked in the first `graceMs`. */
export function watchLiveness(watch: Watch & { graceMs: number; dead: (reason: string) => void }): void {
  let failures = 0;
  let last = watch.clock.now();
  const run = async () => {
    if (watch.graceMs > 0) await watch.clock.sleep(watch.graceMs, watch.signal);
    await every(watch, LIVENESS, (result) => {
      const now = watch.clock.now();
      if (now - last > SLEPT_MS) failures = 0;
      last = now;
      failures = result.ok ? 0 : failures + 1;
      if (result.ok || failures < LIVENESS.failures) return false;
      watch.dead(`no answer to ${failures} probes in a row (${result.reason})`);
      return true;
    });
  };
  void run();
}

/** Calls `judge` with each answer until it returns true or the signal aborts. */
async function every(
  watch: Watch,
  timing: { periodMs: number; timeoutMs: number },
  judge: (result: ProbeResult) => boolean,
): Promise<void> {
  while (!watch.signal.aborted) {
    using deadline = watch.clock.deadline(timing.timeoutMs, watch.signal);
    const result = await watch.probe.check(deadline.signal);
    if (watch.signal.aborted || judge(result)) return;
    await watch.clock.sleep(timing.periodMs, watch.signal);
  }
}
