import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { asError, RmqdevError, systemCode } from '../../base/errors.js';

/**
 * Writes a zip of `texts` (path to bytes), all below `root`, which only the user can read. A failure leaves no file behind.
 * @throws RmqdevError FILE_NOT_WRITTEN, DISK_FULL
 * @returns its size
 */
export async function writeArchive(file: string, root: string, texts: ReadonlyMap<string, Buffer>, mayReplace: boolean): Promise<number> {
  const zip = new ZipFile();
  for (const [path, bytes] of texts) zip.addBuffer(bytes, `${root}/${path}`);
  zip.end();
  const output = createWriteStream(file, { flags: mayReplace ? 'w' : 'wx', mode: 0o600 });
  const opened = { value: false };
  output.once('open', () => {
    opened.value = true;
  });
  try {
    await pipeline(zip.outputStream, output);
    return (await stat(file)).size;
  } catch (error) {
    if (opened.value) await rm(file, { force: true });
    throw notWritten(file, error);
  }
}

function notWritten(file: string, error: unknown): RmqdevError {
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const text = {
      what: `the report cannot be written to ${file}`,
      why: `the disk is full (${code})`,
      next: 'Name a file on another disk with -o',
    };
    return new RmqdevError('DISK_FULL', text, { cause: error });
  }
  const isThere = code === 'EEXIST';
  return new RmqdevError(
    'FILE_NOT_WRITTEN',
    {
      what: `the report is not written to ${file}`,
      why: isThere ? 'the file already exists' : asError(error).message,
      next: isThere
        ? 'Name another file with -o, or replace this one with --force'
        : 'With -o, name a file in a folder that exists and that you may write to',
    },
    { cause: error },
  );
}
