import { closeSync, fstatSync, ftruncateSync, openSync, readSync, type Stats, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { systemCode } from '../base/errors.js';

const NEWLINE = 0x0a;

/**
 * Empties the file if it is larger than `maxBytes`, after copying its last complete lines, up to a quarter of `maxBytes`,
 * to `<path>.1` (replaced, with the same mode). Writers must append (O_APPEND). The copy is synchronous, so nothing that this process
 * writes is lost; what another process writes during the copy is lost, as with logrotate's copytruncate. The file is emptied even if
 * the copy fails: this helps on a full disk.
 * @returns whether it was emptied; false if there is no such file.
 */
export async function capFile(path: string, maxBytes: number): Promise<boolean> {
  const size = await stat(path).then(
    (stats) => stats.size,
    (error: unknown) => {
      if (systemCode(error) === 'ENOENT') return 0;
      throw error;
    },
  );
  return size > maxBytes && empty(path, maxBytes);
}

/** Takes milliseconds for some MB, and happens rarely. */
function empty(path: string, maxBytes: number): boolean {
  const file = openSync(path, 'r+');
  try {
    const stats = fstatSync(file);
    if (stats.size <= maxBytes) return false;
    try {
      writeFileSync(`${path}.1`, lastLines(file, stats, Math.floor(maxBytes / 4)), { mode: stats.mode & 0o777 });
    } finally {
      ftruncateSync(file, 0);
    }
    return true;
  } finally {
    closeSync(file);
  }
}

function lastLines(file: number, { size }: Stats, wantedBytes: number): Buffer {
  const buffer = Buffer.alloc(wantedBytes);
  const tail = buffer.subarray(0, readSync(file, buffer, 0, wantedBytes, size - wantedBytes));
  return tail.subarray(tail.indexOf(NEWLINE) + 1);
}
