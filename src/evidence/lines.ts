/** Longer lines are cut: symptoms are searched only in this part. */
const MAX_LINE_CHARS = 4_096;

/** @returns the lines of `bytes`. Drops NULs: truncating a file leaves such a hole if its writer does not append. */
export function splitLines(bytes: Buffer): string[] {
  const lines = withoutHoles(bytes).toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    // A copy: a slice would keep the whole text in memory.
    return text.length <= MAX_LINE_CHARS ? text : Buffer.from(text.slice(0, MAX_LINE_CHARS)).toString();
  });
}

function withoutHoles(bytes: Buffer): Buffer {
  return bytes.includes(0) ? (bytes.filter((byte) => byte !== 0) as Buffer) : bytes;
}
