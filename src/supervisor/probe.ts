/** `isClosed`: the process no longer listens, as during a clean shutdown. */
export type ProbeResult = { ok: true } | { ok: false; reason: string; isClosed?: boolean };

/** Asks once and gives a reason; period, thresholds and time-out belong to the runner. Never rejects. */
export interface Probe {
  check(signal: AbortSignal): Promise<ProbeResult>;
}
