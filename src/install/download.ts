import { open, readFile, rm, writeFile } from 'node:fs/promises';
import type { Clock } from '../base/clock.js';
import { asError, systemCode } from '../base/errors.js';

/** One server could not deliver; another one may. Not for users: the caller collects them. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
}

export type DownloadContext = { clock: Clock; signal: AbortSignal };

/** After this time without a byte a server is given up, also in the middle of a file. */
export const STALL_MS = 30_000;

/**
 * Fetches `url` and appends to `partFile`: continues where that file ends (Range, with If-Range if the same server sent a strong ETag
 * or a date before), starts over if the server does not resume. After any failure the bytes that arrived stay there.
 * @returns `isResumed`: whether bytes of an earlier call are in it, which may be the reason of a wrong checksum.
 * @throws ServerError, the reason of `signal`; system errors of the disk unchanged.
 */
export async function downloadPart(
  url: string,
  partFile: string,
  { clock, signal, onProgress }: DownloadContext & { onProgress: (receivedBytes: number, totalBytes: number | undefined) => void },
): Promise<{ isResumed: boolean }> {
  await using part = await open(partFile, 'a');
  using patience = new Patience(clock, signal);
  const { size } = await part.stat();
  const response = await request(url, size > 0 ? { range: `bytes=${size}-`, ...(await ifRange(url, partFile)) } : {}, patience);
  if (response.status === 416 && response.headers.get('content-range') === `bytes */${size}`) return { isResumed: true };
  if (response.status === 416 && size > 0) {
    await part.truncate(0);
    return downloadPart(url, partFile, { clock, signal, onProgress });
  }
  if (response.status !== 200 && response.status !== 206) throw new ServerError(`HTTP ${response.status} for ${url}`);
  const isResumed = response.status === 206 && size > 0;
  if (isResumed && !response.headers.get('content-range')?.startsWith(`bytes ${size}-`))
    throw new ServerError(`${url} was asked for the bytes from ${size} on and sent other bytes`);
  if (size > 0 && !isResumed) await part.truncate(0);
  await writeFile(validatorFile(partFile), JSON.stringify({ url, validator: validatorOf(response) }));
  const length = response.headers.get('content-length');
  let received = isResumed ? size : 0;
  const total = length === null ? undefined : received + Number(length);
  for await (const chunk of bodyOf(response, patience)) {
    await part.appendFile(chunk);
    received += chunk.length;
    onProgress(received, total);
  }
  return { isResumed };
}

/** Removes `partFile` and its metadata. */
export async function removePart(partFile: string): Promise<void> {
  await Promise.all([rm(partFile, { force: true }), rm(validatorFile(partFile), { force: true })]);
}

/** @returns the text at `url`, or undefined if the server answers 404. @throws ServerError, the reason of `signal`. */
export async function fetchText(url: string, timeoutMs: number, { clock, signal }: DownloadContext): Promise<string | undefined> {
  using deadline = clock.deadline(timeoutMs, signal);
  try {
    const response = await fetch(url, { signal: deadline.signal });
    const text = await response.text();
    if (response.status === 404) return undefined;
    if (!response.ok) throw new ServerError(`HTTP ${response.status} for ${url}`);
    return text;
  } catch (error) {
    throw asServerError(error, url, signal);
  }
}

/** @returns whether the server has something at `url`; false also if it cannot be reached. */
export async function exists(url: string, timeoutMs: number, { clock, signal }: DownloadContext): Promise<boolean> {
  using deadline = clock.deadline(timeoutMs, signal);
  // Awaited here: the deadline is disposed of at the end of this function.
  return await fetch(url, { method: 'HEAD', signal: deadline.signal }).then(
    (response) => response.ok,
    () => false,
  );
}

/** Aborts with `userSignal`, if `keep` is not called for STALL_MS, and at the end, so that an unread answer keeps no connection open. */
class Patience implements Disposable {
  readonly userSignal: AbortSignal;
  readonly signal: AbortSignal;
  readonly #clock: Clock;
  readonly #end = new AbortController();
  #cancel: () => void = () => {};
  constructor(clock: Clock, userSignal: AbortSignal) {
    this.#clock = clock;
    this.userSignal = userSignal;
    this.signal = AbortSignal.any([userSignal, this.#end.signal]);
    this.keep();
  }
  keep(): void {
    this.#cancel();
    this.#cancel = this.#clock.after(STALL_MS, () => this.#end.abort(new Error(`no byte for ${STALL_MS / 1_000} s`)));
  }
  [Symbol.dispose](): void {
    this.#cancel();
    this.#end.abort();
  }
}

async function request(url: string, headers: Record<string, string>, patience: Patience): Promise<Response> {
  try {
    // A compressed answer would have other offsets than the file.
    return await fetch(url, { headers: { 'accept-encoding': 'identity', ...headers }, signal: patience.signal });
  } catch (error) {
    throw asServerError(error, url, patience.userSignal);
  }
}

async function* bodyOf(response: Response, patience: Patience): AsyncGenerator<Uint8Array> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      patience.keep();
      yield value;
    }
  } catch (error) {
    throw asServerError(error, response.url, patience.userSignal);
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function asServerError(error: unknown, url: string, userSignal: AbortSignal): Error {
  if (userSignal.aborted) return asError(userSignal.reason);
  if (error instanceof ServerError) return error;
  const { cause, message } = asError(error);
  return new ServerError(`${url}: ${systemCode(cause) ?? (cause instanceof Error ? cause.message : message)}`, { cause: error });
}

const validatorFile = (partFile: string): string => `${partFile}.json`;

/** If-Range does not accept a weak ETag (RFC 9110, section 13.1.5). */
function validatorOf(response: Response): string | null {
  const etag = response.headers.get('etag');
  return etag && !etag.startsWith('W/') ? etag : response.headers.get('last-modified');
}

async function ifRange(url: string, partFile: string): Promise<Record<string, string>> {
  try {
    const known = JSON.parse(await readFile(validatorFile(partFile), 'utf8'));
    return known.url === url && typeof known.validator === 'string' ? { 'if-range': known.validator } : {};
  } catch {
    return {};
  }
}
