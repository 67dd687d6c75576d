import { asError, systemCode } from '../../base/errors.js';
import { type Ends, readEnds } from './read-ends.js';
import type { Redactor } from './redactor.js';
import type { Missing, ReportFile } from './report-result.js';

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
