import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const READ_BYTES = 8_192;
const MAX_TEXT = 300;

/** @returns the lines of a node's console that tell most about its end, shortened to one line; '' if there are none. */
export function stdoutTail(file: string): string {
  const lines = lastBytes(file)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('at ') && !line.startsWith('WARNING:'));
  const cause = lines.findLast((line) => /Exception|Error|Failed|failed|illegal|must be|Unrecognized|Invalid/.test(line));
  return (cause ?? lines.at(-1) ?? '').slice(0, MAX_TEXT);
}

function lastBytes(file: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, READ_BYTES));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8');
  } finally {
    closeSync(descriptor);
  }
}
