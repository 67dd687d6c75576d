/** Longer lines are cut; in bytes. */
export const MAX_LINE_BYTES = 1_048_576;
/** Ends a line that was longer than MAX_LINE_BYTES. */
export const CUT_MARK = ' … [line cut at 1 MiB]';

export const LINE_FEED = 0x0a;

/**
 * Turns bytes into lines, whatever the chunks are. Splits on \n, drops a \r before it, and NULs at the start of a line:
 * if a file is truncated and its writer does not append, a hole of NULs remains. Holds at most MAX_LINE_BYTES.
 */
export class LineSplitter {
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #isCut = false;

  /** @returns the lines that `chunk` completes; `chunk` may be reused afterwards. */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      this.#hold(chunk.subarray(from, end));
      lines.push(this.#take());
      from = end + 1;
    }
    this.#hold(Buffer.from(chunk.subarray(from)));
    return lines;
  }

  /** @returns the last line if it has no \n. Only for the end of a file. */
  flush(): string | undefined {
    return this.#heldBytes === 0 ? undefined : this.#take();
  }

  #hold(piece: Buffer): void {
    let from = 0;
    if (this.#heldBytes === 0) while (piece[from] === 0) from += 1;
    const kept = piece.subarray(from, from + MAX_LINE_BYTES - this.#heldBytes);
    if (from + kept.length < piece.length) this.#isCut = true;
    if (kept.length === 0) return;
    this.#held.push(kept);
    this.#heldBytes += kept.length;
  }

  #take(): string {
    const bytes = this.#held.length === 1 ? (this.#held[0] as Uint8Array) : Buffer.concat(this.#held);
    const isCut = this.#isCut;
    this.#held = [];
    this.#heldBytes = 0;
    this.#isCut = false;
    // `stream` drops a character that was cut in two.
    if (isCut) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true }) + CUT_MARK;
    const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }
}
