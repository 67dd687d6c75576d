import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

const SHA512_DIGITS = 128;

/**
 * @returns the lower-case hex digest in a `.sha512` file, or undefined if it has none. Apache uses three formats:
 * `<hex>`, `<hex>  <file>`, and gpg's `<file>: AB CD …` over several lines; BSD's `SHA512 (<file>) = <hex>` is read too.
 */
export function parseSha512(text: string): string | undefined {
  const afterName = text.slice(Math.max(text.lastIndexOf(':'), text.lastIndexOf('=')) + 1);
  const digits = /^\s*((?:[0-9a-f]\s*){128})(?![0-9a-f])/i.exec(afterName)?.[1]?.replace(/\s/g, '').toLowerCase();
  return digits?.length === SHA512_DIGITS ? digits : undefined;
}

/** @returns the SHA-512 of the file as lower-case hex. @throws the reason of `signal`. */
export async function sha512Of(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash, { signal });
  return hash.digest('hex');
}
