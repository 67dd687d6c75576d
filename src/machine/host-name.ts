import { lookup } from 'node:dns/promises';
import { hostname } from 'node:os';
import type { Clock } from '../base/clock.js';
import { systemCode } from '../base/errors.js';
import type { HostNameFacts } from '../diagnose/preflight/facts.js';

type Lookup = (name: string) => Promise<unknown>;

/** The running lookup, shared: one that hangs blocks one of the few threads that all file access needs. */
let underWay: { name: string; since: number; answer: Promise<{ error?: string }> } | undefined;

/** Measures how long this machine takes to look up its own name, as each RocketMQ process does at its start. Waits at most `waitMs`. */
export async function hostNameFacts(
  waitMs: number,
  clock: Clock,
  name = hostname(),
  resolve: Lookup = (host) => lookup(host),
): Promise<HostNameFacts> {
  if (underWay?.name !== name) underWay = begin(name, clock, resolve);
  const { since, answer } = underWay;
  const late = new Promise<undefined>((done) => {
    const cancel = clock.after(waitMs, () => done(undefined));
    void answer.then(cancel);
  });
  const outcome = await Promise.race([answer, late]);
  const tookMs = Math.round(clock.monotonicMs() - since);
  if (!outcome) return { name, tookMs, outcome: 'no answer yet' };
  return outcome.error === undefined ? { name, tookMs, outcome: 'resolved' } : { name, tookMs, outcome: 'failed', error: outcome.error };
}

function begin(name: string, clock: Clock, resolve: Lookup) {
  const answer = resolve(name)
    .then(
      () => ({}),
      (error: unknown) => ({ error: systemCode(error) ?? String(error) }),
    )
    .finally(() => {
      underWay = undefined;
    });
  return { name, since: clock.monotonicMs(), answer };
}
