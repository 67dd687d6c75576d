import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { NodeExitRecord } from '../../base/node-words.js';
import type { CrashReport } from '../../contract/findings.js';
import type { Stretch } from '../../evidence/launch-mark.js';

/** What is saved at the moment of an end, before the next launch writes to the same files; the report is made from it. */
export type Occurrence = {
  node: string;
  exit: NodeExitRecord;
  /** Of the launch that ended; epoch ms; null if it is not known, or nothing was launched. */
  launchedAt: number | null;
  /** False: it never became a process. */
  wasProcess: boolean;
  pid: number | null;
  wasReady: boolean;
  decision: string;
  stretches: readonly Stretch[];
  /** Without a mark, lines older than this (epoch ms) are not evidence. */
  since: number | null;
};

const KEPT_REPORTS = 20;
const PENDING = '.pending.json';

/**
 * A node's folder of crash reports, named after the time of the end. A pending file is an end that has no report yet:
 * the file stays if the daemon that noticed the end dies.
 */
export class CrashStore {
  constructor(readonly folder: string) {}

  reportFile(at: number): string {
    return join(this.folder, `${nameOf(at)}.json`);
  }

  /** @throws system errors, such as ENOSPC */
  writePending(occurrence: Occurrence): void {
    mkdirSync(this.folder, { recursive: true });
    writeFileAtomic.sync(this.#pendingFile(occurrence.exit.at), JSON.stringify(occurrence), { fsync: false });
  }

  removePending(at: number): void {
    rmSync(this.#pendingFile(at), { force: true });
  }

  /** Oldest first. Removes a file that cannot be read: it is of no use. */
  pending(): Occurrence[] {
    return this.#names()
      .filter((name) => name.endsWith(PENDING))
      .flatMap((name) => {
        const occurrence = readJson<Occurrence>(join(this.folder, name));
        if (occurrence && typeof occurrence.exit?.at === 'number' && Array.isArray(occurrence.stretches)) return [occurrence];
        rmSync(join(this.folder, name), { force: true });
        return [];
      });
  }

  /** Writes the whole report or nothing, and removes the oldest ones. @throws system errors */
  write(report: CrashReport): void {
    mkdirSync(this.folder, { recursive: true });
    writeFileAtomic.sync(report.thisFile, `${JSON.stringify(report, null, 2)}\n`);
    const reports = this.#names().filter((name) => !name.endsWith(PENDING));
    for (const name of reports.slice(0, -KEPT_REPORTS)) rmSync(join(this.folder, name), { force: true });
  }

  read(at: number): CrashReport | null {
    return readReport(this.reportFile(at));
  }

  /** The newest report that can be read. */
  newest(): CrashReport | null {
    const names = this.#names().filter((name) => !name.endsWith(PENDING));
    for (const name of names.reverse()) {
      const report = readReport(join(this.folder, name));
      if (report) return report;
    }
    return null;
  }

  #pendingFile(at: number): string {
    return join(this.folder, `${nameOf(at)}${PENDING}`);
  }

  #names(): string[] {
    try {
      return readdirSync(this.folder)
        .filter((name) => name.endsWith('.json'))
        .sort();
    } catch {
      return [];
    }
  }
}

/** Not every file system allows colons. */
function nameOf(at: number): string {
  return new Date(at).toISOString().replaceAll(':', '-');
}

function readReport(file: string): CrashReport | null {
  const report = readJson<CrashReport>(file);
  return report && Array.isArray(report.findings) && typeof report.exit?.at === 'string' ? report : null;
}

function readJson<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return null;
  }
}
