import { RmqdevError, systemCode } from '../base/errors.js';
import type { HomePaths } from '../base/paths.js';
import { nearestRelease } from '../rocketmq/releases.js';

export const otherVersion = (path: string, wanted: string, found: string): RmqdevError =>
  new RmqdevError('RELEASE_INVALID', {
    what: `RocketMQ ${wanted} is not in ${path}`,
    why: `that holds ${found}`,
    next: `Ask for ${found}, or give the path of a ${wanted}`,
  });

/** @returns INSTALL_FAILED with what each source said. */
export function cannotInstall(version: string, failures: RmqdevError[], knownVersions: readonly string[]): RmqdevError {
  const last = failures.at(-1) as RmqdevError;
  const near = knownVersions.includes(version) ? undefined : nearestRelease(version, knownVersions);
  const hint = near ? `Did you mean ${near}? ` : '';
  if (failures.length === 1) return new RmqdevError('INSTALL_FAILED', { ...last.text, next: `${hint}${last.text.next}` }, { cause: last });
  return new RmqdevError(
    'INSTALL_FAILED',
    {
      what: `RocketMQ ${version} cannot be installed`,
      why: `Apache archive: ${failures[0]?.text.why}; Maven: ${last.text.why}`,
      next: `${hint}${last.text.next}`,
    },
    { cause: last },
  );
}

/** System errors in words for users; any other error stays unchanged. */
export function installError(error: unknown, { signal, paths }: { signal: AbortSignal; paths: HomePaths }): unknown {
  if (signal.aborted) {
    return new RmqdevError(
      'INTERRUPTED',
      { what: 'The install was interrupted', why: 'it was asked to stop', next: 'Run it again: a download continues where it stopped' },
      { cause: error },
    );
  }
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new RmqdevError(
      'DISK_FULL',
      {
        what: `There is no space left for a RocketMQ release below ${paths.root}`,
        why: `writing failed with ${code}`,
        next: 'Free some space (a release takes up to 300 MB with its download), or set RMQDEV_HOME to a folder on another disk, then run it again',
      },
      { cause: error },
    );
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new RmqdevError(
      'HOME_NOT_WRITABLE',
      {
        what: `RocketMQ cannot be installed below ${paths.root}`,
        why: (error as Error).message,
        next: 'Make it writable for your user, or set RMQDEV_HOME to a writable folder',
      },
      { cause: error },
    );
  }
  return error;
}
