import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { systemCode } from '../base/errors.js';

const NEWLINE = 0x0a;

/**
 * Empties the file once it holds more than `maxBytes`, after copying its last whole lines, up to a quarter of `maxBytes`,
 * to `<path>.1` (replaced). Writers must append (O_APPEND); what they write during the copy is lost, as with
 * logrotate's copytruncate. The file is emptied even where the copy fails: on a full disk that is the cure.
 * @returns whether it was emptied; false where there is no such file.
 */
export async function capFile(path: string, maxBytes: number): Promise<boolean> {
  const file = await open(path, 'r+').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return false;
  try {
    const { size } = await file.stat();
    if (size <= maxBytes) return false;
    try {
      await writeFile(`${path}.1`, await lastLines(file, size, Math.floor(maxBytes / 4)));
    } finally {
      await file.truncate(0);
    }
    return true;
  } finally {
    await file.close();
  }
}

async function lastLines(file: FileHandle, size: number, wantedBytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(wantedBytes), 0, wantedBytes, size - wantedBytes);
  const tail = buffer.subarray(0, bytesRead);
  return tail.subarray(tail.indexOf(NEWLINE) + 1);
}
