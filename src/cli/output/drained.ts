import { once } from 'node:events';

/** Resolves once `stream` holds little enough to take more, or `signal` aborts: what a slow reader leaves would fill the memory. */
export async function drained(stream: NodeJS.WritableStream & { writableNeedDrain?: boolean }, signal: AbortSignal): Promise<void> {
  if (!stream.writableNeedDrain || signal.aborted) return;
  await once(stream, 'drain', { signal }).catch((error) => {
    if (!signal.aborted) throw error;
  });
}
