import { createRequire } from 'node:module';
import { asError, RmqdevError } from './errors.js';

type LockLibrary = typeof import('fs-native-extensions');

let library: LockLibrary | undefined;

/** @returns whether the exclusive kernel lock on the whole file behind `fd` was granted. @throws RmqdevError UNSUPPORTED */
export function tryLock(fd: number): boolean {
  library ??= loadLockLibrary();
  return library.tryLock(fd);
}

/**
 * Loaded at its first use: it has native code, and its loader throws at once on a system for which none comes with it.
 * @throws RmqdevError UNSUPPORTED
 */
export function loadLockLibrary(load: () => LockLibrary = () => createRequire(import.meta.url)('fs-native-extensions')): LockLibrary {
  try {
    return load();
  } catch (error) {
    const system = `${process.platform}-${process.arch}${isMusl() ? ' with musl (Alpine)' : ''}`;
    throw new RmqdevError(
      'UNSUPPORTED',
      {
        what: `rmqdev cannot lock files on ${system}`,
        why: `fs-native-extensions has native code, and none for this system: ${asError(error).message.split('\n')[0]}`,
        next: 'Use macOS, or Linux with glibc (Debian, Ubuntu, Fedora; in Docker an image such as node:22-bookworm), x64 or arm64. If this is one, run `npm ci` again',
      },
      { cause: error },
    );
  }
}

function isMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined;
}
