import { open, stat } from 'node:fs/promises';
import { asError, systemCode } from '../../base/errors.js';
import type { Redactor } from './redactor.js';

/** `sizeBytes` is what stands in the archive, `originalBytes` how long the file was; null where it was made for the report. */
export type ReportFile = { path: string; sizeBytes: number; originalBytes: number | null; source: string | null; note: string | null };

/** Something that belongs into a report and could not be had, or was left out. */
export type Missing = { path: string; why: string };

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

/** More text makes nobody wiser; without an end to it, a folder of a thousand files would fill the memory. */
const TOTAL_BYTES = 64 * 1024 * 1024;

/** What goes into the archive, redacted as it is added. Nothing that cannot be read ends a report: it is named in `missing`. */
export class Contents {
  readonly files: ReportFile[] = [];
  readonly missing: Missing[] = [];
  readonly #texts = new Map<string, Buffer>();
  #totalBytes = 0;

  constructor(readonly redactor: Redactor) {}

  /** Paths in the archive and their bytes. */
  get texts(): ReadonlyMap<string, Buffer> {
    return this.#texts;
  }

  /** Adds what was made for the report. */
  text(path: string, text: string, note: string | null = null): void {
    this.#add(path, text, { originalBytes: null, source: null, note });
  }

  json(path: string, value: unknown, note: string | null = null): void {
    this.text(path, `${JSON.stringify(value, null, 2)}\n`, note);
  }

  /** Adds a file, or its ends. @returns its text as it stands on disk; undefined where it cannot be read */
  async file(path: string, source: string, ends: Ends): Promise<string | undefined> {
    try {
      const { text, totalBytes, leftOutBytes } = await readEnds(source, ends);
      const note = leftOutBytes > 0 ? `${leftOutBytes} bytes are left out` : null;
      this.#add(path, text, { originalBytes: totalBytes, source: this.redactor.text(source), note });
      return text;
    } catch (error) {
      this.absent(path, systemCode(error) === 'ENOENT' ? 'there is no such file' : asError(error).message);
      return undefined;
    }
  }

  absent(path: string, why: string): void {
    this.missing.push({ path: this.redactor.text(path), why: this.redactor.text(why) });
  }

  #add(path: string, text: string, about: Pick<ReportFile, 'originalBytes' | 'source' | 'note'>): void {
    const bytes = Buffer.from(this.redactor.text(text));
    if (this.#totalBytes + bytes.length > TOTAL_BYTES) {
      this.absent(path, `left out: the report holds ${this.#totalBytes} bytes already`);
      return;
    }
    this.#totalBytes += bytes.length;
    const name = this.#freeName(this.redactor.text(path));
    this.#texts.set(name, bytes);
    this.files.push({ path: name, sizeBytes: bytes.length, ...about });
  }

  /** Two files may bear one name once it is redacted. */
  #freeName(path: string): string {
    for (let count = 1; ; count += 1) {
      const name = count === 1 ? path : `${path}.${count}`;
      if (!this.#texts.has(name)) return name;
    }
  }
}
