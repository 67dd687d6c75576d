import type { Clock } from '../base/clock.js';
import type { Pace, Period } from './pace.js';
import type { Probe, ProbeResult } from './probe.js';

/** How often to ask, how long an answer may take, and how many failures in a row count. */
const READINESS = {
  starting: { periodMs: 40, calmMs: 40, timeoutMs: 6_000, failures: Number.POSITIVE_INFINITY },
  unready: { periodMs: 250, calmMs: 1_000, timeoutMs: 3_000, failures: Number.POSITIVE_INFINITY },
  ready: { periodMs: 1_000, calmMs: 5_000, timeoutMs: 3_000, failures: 2 },
} as const;
/**
 * A garbage collection or a sleeping laptop does not count as hung: five missing answers in a row do, about 15 s. The first of them may
 * come 5 s late if nothing had happened for a minute; from then on it is asked every second.
 */
const LIVENESS = { periodMs: 1_000, calmMs: 5_000, timeoutMs: 2_000, failures: 5 };
/** A gap this much longer than the period means that the machine, or this daemon, slept: failures before it do not count. */
const SLEPT_MS = 10_000;

type Watch = { probe: Probe; clock: Clock; pace: Pace; signal: AbortSignal };

/** Why a process cannot answer, for example because a debugger holds it. Asked after each failure. Never rejects. */
export type HeldBy = () => Promise<string | undefined>;

/** Asks until the result for this phase is clear: passed while starting or unready, lost while ready. */
export function watchReadiness(
  watch: Watch & {
    phase: keyof typeof READINESS;
    heldBy: HeldBy;
    reason: (reason: string) => void;
    verdict: (passed: boolean, reason: string | null) => void;
  },
): void {
  const timing = READINESS[watch.phase];
  let failures = 0;
  void every(watch, timing, async (result) => {
    if (result.ok) {
      failures = 0;
      if (watch.phase === 'ready') return false;
      watch.verdict(true, null);
      return true;
    }
    const reason = (await watch.heldBy()) ?? result.reason;
    if (watch.signal.aborted) return true;
    failures += 1;
    if (watch.phase !== 'ready') watch.reason(reason);
    if (failures < timing.failures) return false;
    watch.verdict(false, reason);
    return true;
  });
}

/**
 * Asks until the node counts as hung; does not ask in the first `graceMs`. A process that is held does not count as hung. One that no
 * longer listens counts only after `closingMs`: refusals come at once, five of them in 5 s, and the node may be shutting down.
 */
export function watchLiveness(watch: Watch & { graceMs: number; closingMs: number; heldBy: HeldBy; dead: (reason: string) => void }): void {
  const { clock } = watch;
  let failures = 0;
  let silentSince = clock.monotonicMs();
  // A suspended machine stops the monotonic clock but not the wall clock; a stopped daemon stops neither; a clock that is set jumps either way.
  let last = { now: clock.now(), monotonicMs: clock.monotonicMs() };
  const slept = (): boolean => {
    const before = last;
    last = { now: clock.now(), monotonicMs: clock.monotonicMs() };
    return Math.abs(last.now - before.now) > SLEPT_MS || last.monotonicMs - before.monotonicMs > SLEPT_MS;
  };
  const run = async () => {
    if (watch.graceMs > 0) await clock.sleep(watch.graceMs, watch.signal);
    slept();
    await every(watch, LIVENESS, async (result, askedAt) => {
      if (slept()) failures = 0;
      if (failures === 0) silentSince = askedAt;
      failures = result.ok ? 0 : failures + 1;
      if (result.ok || failures < LIVENESS.failures) return false;
      if (result.isClosed && clock.monotonicMs() - silentSince < watch.closingMs) return false;
      if ((await watch.heldBy()) !== undefined) {
        failures = 0;
        return false;
      }
      if (watch.signal.aborted) return true;
      const seconds = Math.max(1, Math.round((clock.monotonicMs() - silentSince) / 1_000));
      watch.dead(`no answer to ${failures} probes in a row over ${seconds} s (${result.reason})`);
      return true;
    });
  };
  void run();
}

/** Calls `judge` with each answer and the time of its request, until it returns true or the signal aborts. */
async function every(
  watch: Watch,
  timing: Period & { timeoutMs: number },
  judge: (result: ProbeResult, askedAt: number) => Promise<boolean>,
): Promise<void> {
  let wasOk: boolean | undefined;
  while (!watch.signal.aborted) {
    using deadline = watch.clock.deadline(timing.timeoutMs, watch.signal);
    const askedAt = watch.clock.monotonicMs();
    const result = await watch.probe.check(deadline.signal);
    if (watch.signal.aborted || (await judge(result, askedAt))) return;
    if (result.ok !== wasOk) watch.pace.hurry();
    wasOk = result.ok;
    await watch.pace.rest(timing, watch.signal);
  }
}
