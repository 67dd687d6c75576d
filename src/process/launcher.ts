import { open } from 'node:fs/promises';
import { execa } from 'execa';
import type { Clock } from '../base/clock.js';
import { systemCode } from '../base/errors.js';
import { ExitPoller } from './exit-poller.js';
import { type InheritedLock, takeInheritedLock } from './inherited-lock.js';
import { killGroup, killTree } from './kill-tree.js';
import { outputFileError, spawnError } from './launch-error.js';
import type { Platform } from './platform.js';
import type { ProcessExit, ProcessIdentity, ProcessState } from './process-identity.js';

/**
 * `env` is all that the process gets; `outputFile` takes stdout and stderr, appended, and its folder must exist.
 * `lock` is held by the process for as long as it lives.
 */
export type LaunchSpec = {
  command: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  outputFile: string;
  lock?: InheritedLock | undefined;
};

export interface RunningProcess {
  readonly identity: ProcessIdentity;
  /** Never rejects; never settles after `release()`. What is left of its group is killed before. */
  readonly exited: Promise<ProcessExit>;
  /** To the process itself. @returns false when it is gone; a reused pid is never signalled. */
  signal(signal: NodeJS.Signals): boolean;
  /** @returns undefined when the process is gone, or the system could not be asked. Never rejects. */
  state(): Promise<ProcessState | undefined>;
  /** SIGKILL to the process, all it started and what is left of its group; resolves when the process is gone. */
  killTree(): Promise<void>;
  /** Stops watching and leaves it running. */
  release(): void;
}

/** A start time that no process has: of a child that was gone before it could be asked. */
const NEVER_SEEN = 'gone';

/** Runs processes that outlive this one: each leads its own session and writes to its file without our help. */
export class ProcessLauncher {
  readonly #poller: ExitPoller;

  constructor(
    private readonly platform: Platform,
    private readonly clock: Clock,
  ) {
    this.#poller = new ExitPoller(platform, clock);
  }

  /** Rejects with JAVA_NOT_FOUND, DISK_FULL, HOME_NOT_WRITABLE, NODE_FAILED, or what the lock refuses with, when nothing was started. */
  async launch({ command, args, cwd, env, outputFile, lock }: LaunchSpec): Promise<RunningProcess> {
    using held = lock && (await takeInheritedLock(lock, this.clock));
    const output = await open(outputFile, 'a').catch((error: unknown) => {
      throw outputFileError(outputFile, error);
    });
    // execa's types list the standard descriptors alone; it hands every number to the child as it is.
    const descriptor = output.fd as 1;
    try {
      const child = execa(command, args, {
        cwd,
        env,
        extendEnv: false,
        detached: true,
        cleanup: false,
        stdio: ['ignore', descriptor, descriptor, ...(held ? [held.descriptor as 1] : [])],
        buffer: false,
        reject: false,
      });
      const { pid } = child;
      if (pid === undefined) throw spawnError(command, cwd, await child);
      const startTime = this.platform.startTimeSync(pid) ?? NEVER_SEEN;
      held?.sign(pid);
      child.unref();
      return this.#running({ pid, startTime }, (onExit) => {
        const listener = (code: number | null, signal: string | null) => onExit({ at: this.clock.now(), code, signal, adopted: false });
        child.once('exit', listener);
        return () => child.off('exit', listener);
      });
    } finally {
      await output.close();
    }
  }

  /** @returns undefined where no such process lives, or the pid is another's now. */
  async adopt(identity: ProcessIdentity): Promise<RunningProcess | undefined> {
    if ((await this.platform.startTime(identity.pid)) !== identity.startTime) return undefined;
    return this.#running(identity, (onExit) =>
      this.#poller.watch(identity, () => onExit({ at: this.clock.now(), code: null, signal: null, adopted: true })),
    );
  }

  #running(identity: ProcessIdentity, watch: (onExit: (exit: ProcessExit) => void) => () => void): RunningProcess {
    const { promise: exited, resolve } = withResolvers<ProcessExit>();
    return {
      identity,
      exited,
      release: watch((exit) => {
        // What it had started must not outlive it, or hold its files and ports when it is started again.
        killGroup(identity, this.platform);
        resolve(exit);
      }),
      state: async () =>
        this.platform.startTimeSync(identity.pid) === identity.startTime
          ? this.platform.processState(identity.pid).catch(() => undefined)
          : undefined,
      signal: (signal) => this.platform.startTimeSync(identity.pid) === identity.startTime && send(identity.pid, signal),
      killTree: async () => {
        await killTree(identity, this.platform);
        await exited;
      },
    };
  }
}

/** @returns false where the process ended since it was looked at. */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false;
    throw error;
  }
}

/** Promise.withResolvers, which Node has from 22 on. */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
