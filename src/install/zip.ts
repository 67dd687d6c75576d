import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { asError, RmqdevError, systemCode } from '../base/errors.js';

const FILE_TYPE = 0o170000;
const SYMBOLIC_LINK = 0o120000;

/** A zip or jar with a safe table of contents: no absolute path, no path that leaves the archive, no link. */
export class ZipArchive implements Disposable {
  readonly file: string;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(file: string, zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.file = file;
    this.#zip = zip;
    this.#entries = entries;
  }

  /** @throws RELEASE_INVALID if `file` is not a zip (or cannot be read) or one of its entries would leave the archive. */
  static async open(file: string): Promise<ZipArchive> {
    let zip: ZipFile | undefined;
    try {
      zip = await openPromise(file, { autoClose: false });
      const entries = new Map<string, Entry>();
      // yauzl itself rejects absolute names and `..` here, before anything is written.
      for await (const entry of zip.eachEntry()) {
        if (entry.fileName.endsWith('/')) continue;
        if ((unixMode(entry) & FILE_TYPE) === SYMBOLIC_LINK) throw new Error(`${entry.fileName} is a symbolic link`);
        entries.set(entry.fileName, entry);
      }
      return new ZipArchive(file, zip, entries);
    } catch (error) {
      zip?.close();
      throw zipInvalid(file, error);
    }
  }

  /** The files in it (no folders), with `/`. */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /** The one folder that contains everything, with its `/`, or an empty string. */
  get topFolder(): string {
    const [first = ''] = this.#entries.keys();
    const top = first.slice(0, first.indexOf('/') + 1);
    return this.names.every((name) => name.startsWith(top)) ? top : '';
  }

  /** @returns the bytes of the file called `name`. @throws RELEASE_INVALID if it is damaged. */
  async read(name: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    await this.#copy(name, new Writable({ write: (chunk, _encoding, done) => done(void chunks.push(chunk)) }));
    return Buffer.concat(chunks);
  }

  /**
   * Writes every file below `dir`, without the top folder; executable files stay executable.
   * @throws RELEASE_INVALID if the zip is damaged, the reason of `signal`; system errors unchanged.
   */
  async unpackTo(dir: string, { signal, onFile }: { signal: AbortSignal; onFile: (files: number) => void }): Promise<void> {
    const skip = this.topFolder.length;
    let files = 0;
    for (const [name, entry] of this.#entries) {
      const target = join(dir, name.slice(skip));
      await mkdir(dirname(target), { recursive: true });
      const mode = unixMode(entry) & 0o111 ? 0o755 : 0o644;
      await this.#copy(name, createWriteStream(target, { mode }), signal);
      files += 1;
      onFile(files);
    }
  }

  [Symbol.dispose](): void {
    this.#zip.close();
  }

  async #copy(name: string, sink: Writable, signal?: AbortSignal): Promise<void> {
    try {
      const entry = this.#entries.get(name) as Entry;
      await pipeline(await this.#zip.openReadStreamPromise(entry), checkCrc(name, entry.crc32), sink, signal ? { signal } : {});
    } catch (error) {
      signal?.throwIfAborted();
      const isDiskError = /^E[A-Z]+$/.test(systemCode(error) ?? '');
      throw isDiskError ? error : zipInvalid(this.file, error);
    }
  }
}

const unixMode = (entry: Entry): number => entry.externalFileAttributes >>> 16;

/** Passes bytes on, and fails at the end if they differ from what was packed; yauzl checks only their number. */
function checkCrc(name: string, expected: number): Transform {
  let actual = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      actual = crc32(chunk, actual);
      done(null, chunk);
    },
    flush(done) {
      done(actual === expected ? null : new Error(`${name} has CRC ${actual.toString(16)} instead of ${expected.toString(16)}`));
    },
  });
}

function zipInvalid(file: string, error: unknown): RmqdevError {
  const cause = asError(error);
  return new RmqdevError(
    'RELEASE_INVALID',
    { what: `${file} cannot be unpacked`, why: cause.message, next: 'Download it again, or give another zip, a directory or a version' },
    { cause },
  );
}
