import { open, stat } from 'node:fs/promises';

/** So many bytes of the start and of the end of a file are taken; what lies between is left out. */
export type Ends = { head: number; tail: number };
export type Read = { text: string; totalBytes: number; leftOutBytes: number };

const LINE_FEED = 0x0a;

/**
 * Reads a file's start and end in whole lines, in bounded memory for any size. NULs, the hole that a truncation leaves, are dropped.
 * @throws system errors; Error where it is no regular file (to open a pipe would wait for its writer)
 */
export async function readEnds(path: string, { head, tail }: Ends): Promise<Read> {
  if (!(await stat(path)).isFile()) throw new Error('it is no regular file');
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const read = async (from: number, to: number) => {
      const buffer = Buffer.alloc(to - from);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
      return buffer.subarray(0, bytesRead);
    };
    if (size <= head + tail) return { text: textOf(await read(0, size)), totalBytes: size, leftOutBytes: 0 };
    const [first, last] = await Promise.all([read(0, head), read(size - tail, size)]);
    const start = first.subarray(0, first.lastIndexOf(LINE_FEED) + 1);
    const lineAt = last.indexOf(LINE_FEED) + 1;
    const end = last.subarray(lineAt);
    const leftOutBytes = size - start.length - end.length;
    return { text: `${textOf(start)}[… ${leftOutBytes} bytes left out …]\n${textOf(end)}`, totalBytes: size, leftOutBytes };
  } finally {
    await handle.close();
  }
}

function textOf(bytes: Buffer): string {
  return (bytes.includes(0) ? (bytes.filter((byte) => byte !== 0) as Buffer) : bytes).toString('utf8');
}
