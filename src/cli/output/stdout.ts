import { once } from 'node:events';
import { systemCode } from '../../base/errors.js';

/** Resolves once `stream` holds little enough to take more, or `signal` aborts: what a slow reader leaves would fill the memory. */
export async function drained(stream: NodeJS.WritableStream & { writableNeedDrain?: boolean }, signal: AbortSignal): Promise<void> {
  if (!stream.writableNeedDrain || signal.aborted) return;
  await once(stream, 'drain', { signal }).catch((error) => {
    if (!signal.aborted) throw error;
  });
}

let holds = 0;

/** A reader that has seen enough (`rmqdev logs | head`) is no failure: it ends the command, unless that has something to finish first. */
export function endWithReader(stdout: NodeJS.WriteStream, end: () => void): void {
  stdout.on('error', (error) => {
    if (isReaderGone(error) && holds === 0) end();
  });
}

/** Until it is disposed of, a reader that goes does not end the command. */
export function outliveReader(): Disposable {
  holds += 1;
  return {
    [Symbol.dispose]() {
      holds -= 1;
    },
  };
}

export const isReaderGone = (error: unknown): boolean => systemCode(error) === 'EPIPE';

/** Resolves once `text` was written; rejects with the system error if `stream` takes no more. */
export const written = (stream: NodeJS.WritableStream, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
