/**
 * Runs `work` with a signal that aborts with `signal`, or after `ms`.
 * Not AbortSignal.any with AbortSignal.timeout: Node.js 20 may collect the time-out as garbage, and then it never comes.
 */
export async function within(ms, signal, work) {
  const controller = new AbortController();
  const forward = () => controller.abort(signal.reason);
  const timer = setTimeout(() => controller.abort(new Error(`not done within ${Math.round(ms / 1_000)} s`)), ms);
  signal.addEventListener('abort', forward, { once: true });
  if (signal.aborted) forward();
  try {
    return await work(controller.signal);
  } catch (error) {
    // What was aborted says only that.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', forward);
  }
}
