import type { Clock } from '../base/clock.js';
import type { RunningProcess } from '../base/process.js';
import type { NodeRunSpec } from './node-run.js';
import type { Pace } from './pace.js';
import { type HeldBy, watchLiveness, watchReadiness } from './probe-runner.js';

/** `phase` is the node's state; `graceMs`: for how long no liveness probe asks a node that was never ready. */
export type ProcessWatch<S> = {
  spec: NodeRunSpec<S>;
  running: RunningProcess;
  phase: 'starting' | 'ready' | 'unready';
  wasReady: boolean;
  graceMs: number;
  clock: Clock;
  pace: Pace;
  /** Ends the watch. */
  signal: AbortSignal;
  reason: (reason: string) => void;
  verdict: (passed: boolean, reason: string | null) => void;
  /** The process does not answer, and has no excuse: it must be killed. */
  hung: (reason: string) => void;
};

/** Runs the probes of a living process: is it ready, does it hang? A hung one first writes what it does. */
export function watchProcess<S>(watch: ProcessWatch<S>): void {
  const { spec, running, phase, wasReady, clock, pace, signal } = watch;
  const heldBy = () => whatHolds(running, spec.mayBeHeld);
  watchReadiness({
    probe: wasReady ? spec.readiness : spec.startup(),
    phase,
    clock,
    pace,
    signal,
    // A node that is still starting has better reasons, and is asked ten times a second.
    heldBy: wasReady ? heldBy : nothing,
    reason: watch.reason,
    verdict: watch.verdict,
  });
  if (!spec.liveness) return;
  watchLiveness({
    probe: spec.liveness,
    graceMs: watch.graceMs,
    closingMs: spec.stopTimeoutMs,
    clock,
    pace,
    signal,
    heldBy,
    dead: (reason) => void tellHung(watch, reason),
  });
}

async function tellHung<S>({ spec, running, signal, hung }: ProcessWatch<S>, reason: string): Promise<void> {
  await spec.leaveTrace((name) => running.signal(name)).catch(() => undefined);
  // It ended meanwhile, or the user's wish has changed.
  if (signal.aborted) return;
  hung(`hung: ${reason}; killed`);
}

const nothing: HeldBy = async () => undefined;

/** @returns what stops the process from answering, and what to do about it. */
async function whatHolds(running: RunningProcess, mayBeHeld: string | undefined): Promise<string | undefined> {
  const state = await running.state();
  const { pid } = running.identity;
  if (state?.word === 'stopped') return `stopped by a signal from outside (SIGSTOP); \`kill -CONT ${pid}\` continues it`;
  if (state?.word === 'traced') return `a debugger holds it${state.by === undefined ? '' : ` (pid ${state.by})`}`;
  return state === undefined ? undefined : mayBeHeld;
}
