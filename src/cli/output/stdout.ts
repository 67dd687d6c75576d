import { once } from 'node:events';
import { systemCode } from '../../base/errors.js';

/** Resolves if `stream` has room for more, or if `signal` aborts. Without waiting, the text that a slow reader has not taken would fill the memory. */
export async function drained(stream: NodeJS.WritableStream & { writableNeedDrain?: boolean }, signal: AbortSignal): Promise<void> {
  if (!stream.writableNeedDrain || signal.aborted) return;
  await once(stream, 'drain', { signal }).catch((error) => {
    if (!signal.aborted) throw error;
  });
}

let holds = 0;

/** A reader that has seen enough (`rmqdev logs | head`) is not a failure: it ends the command, unless the command has something to finish. */
export function endWithReader(stdout: NodeJS.WriteStream, end: () => void): void {
  stdout.on('error', (error) => {
    if (isReaderGone(error) && holds === 0) end();
  });
}

/** Until the result is disposed of, the command goes on even if its reader goes away. */
export function outliveReader(): Disposable {
  holds += 1;
  return {
    [Symbol.dispose]() {
      holds -= 1;
    },
  };
}

export const isReaderGone = (error: unknown): boolean => systemCode(error) === 'EPIPE';

/** Resolves when `text` is written; rejects with the system error if `stream` takes no more. */
export const written = (stream: NodeJS.WritableStream, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
