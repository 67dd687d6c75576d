/** A longer line is cut: no symptom is looked for beyond that. */
const MAX_LINE_CHARS = 4_096;

/** @returns the lines of `bytes`. NULs, the hole that a truncation leaves under a writer that does not append, are dropped. */
export function splitLines(bytes: Buffer): string[] {
  const lines = withoutHoles(bytes).toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    // A copy: a slice would keep the whole text alive.
    return text.length <= MAX_LINE_CHARS ? text : Buffer.from(text.slice(0, MAX_LINE_CHARS)).toString();
  });
}

function withoutHoles(bytes: Buffer): Buffer {
  return bytes.includes(0) ? (bytes.filter((byte) => byte !== 0) as Buffer) : bytes;
}
