import { open } from 'node:fs/promises';
import { execa } from 'execa';
import type { Clock } from '../base/clock.js';
import { systemCode } from '../base/errors.js';
import type { ProcessExit, ProcessIdentity, ProcessState, RunningProcess } from '../base/process.js';
import { ExitPoller } from './exit-poller.js';
import { type InheritedLock, takeInheritedLock } from './inherited-lock.js';
import { type Holder, killGroup, killTree } from './kill-tree.js';
import { identityError, outputFileError, spawnError } from './launch-error.js';
import type { Platform } from './platform.js';
import { withTimerSlack } from './timer-slack.js';

/**
 * `env` is the complete environment; stdout and stderr are appended to `outputFile`, whose folder must exist.
 * The process holds `lock` as long as it lives. `timerSlackNs`: how late its timers may be, where the system can say so (Linux).
 */
export type LaunchSpec = {
  command: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  outputFile: string;
  lock?: InheritedLock | undefined;
  timerSlackNs?: number | undefined;
};

/** A start time that no process has: of a child that was gone before it could be asked. */
const NEVER_SEEN = 'gone';
/** After this time the system is asked again if it gave no answer, because it had no free descriptor or process. */
const ASK_AGAIN_MS = 100;

/** Runs processes that live longer than this one: each leads its own session and writes directly to its file. */
export class ProcessLauncher {
  readonly #poller: ExitPoller;

  constructor(
    private readonly platform: Platform,
    private readonly clock: Clock,
  ) {
    this.#poller = new ExitPoller(platform, clock);
  }

  /** Rejects with JAVA_NOT_FOUND, DISK_FULL, HOME_NOT_WRITABLE, NODE_FAILED, or the error of the lock, if nothing was started. */
  async launch({ command, args, cwd, env, outputFile, lock, timerSlackNs }: LaunchSpec): Promise<RunningProcess> {
    using held = lock && (await takeInheritedLock(lock, this.clock));
    const output = await open(outputFile, 'a').catch((error: unknown) => {
      throw outputFileError(outputFile, error);
    });
    // execa's types allow only the standard descriptors, but it passes every number on to the child.
    const descriptor = output.fd as 1;
    try {
      const child = withTimerSlack(timerSlackNs, () =>
        execa(command, args, {
          cwd,
          env,
          extendEnv: false,
          detached: true,
          cleanup: false,
          stdio: ['ignore', descriptor, descriptor, ...(held ? [held.descriptor as 1] : [])],
          buffer: false,
          reject: false,
        }),
      );
      const { pid } = child;
      if (pid === undefined) throw spawnError(command, cwd, await child);
      held?.sign(pid);
      child.unref();
      const { promise: exit, resolve } = withResolvers<ProcessExit>();
      child.once('exit', (code, signal) => {
        // Its pid has just become free, and nothing has run since.
        killGroup(pid);
        resolve({ at: this.clock.now(), code, signal, adopted: false });
      });
      // Until its exit is reported, its pid belongs to it: the system keeps it for the parent, so there is no need to ask.
      const holder = async (): Promise<Holder> => (child.exitCode === null && child.signalCode === null ? 'ours' : 'stranger');
      const startTime = await this.#startTimeOf(pid, holder);
      return this.#running({ pid, startTime }, holder, (onExit) => {
        let isReleased = false;
        void exit.then((how) => isReleased || onExit(how));
        return () => {
          isReleased = true;
        };
      });
    } finally {
      await output.close();
    }
  }

  /** @returns undefined if no such process is alive, or another process has the pid. */
  async adopt(identity: ProcessIdentity): Promise<RunningProcess | undefined> {
    if ((await this.platform.startTime(identity.pid)) !== identity.startTime) return undefined;
    const holder = async (): Promise<Holder> => {
      const startTime = await this.platform.startTime(identity.pid);
      if (startTime === undefined) return 'nobody';
      return startTime === identity.startTime ? 'ours' : 'stranger';
    };
    return this.#running(identity, holder, (onExit) =>
      this.#poller.watch(identity, (ending) => {
        // Its children must not live on and hold its files and ports at its next start.
        if (ending === 'gone') killGroup(identity.pid);
        onExit({ at: this.clock.now(), code: null, signal: null, adopted: true });
      }),
    );
  }

  #running(
    identity: ProcessIdentity,
    holder: () => Promise<Holder>,
    watch: (onExit: (exit: ProcessExit) => void) => () => void,
  ): RunningProcess {
    const { pid } = identity;
    const { promise: exited, resolve } = withResolvers<ProcessExit>();
    let lastSignal: Promise<unknown> = Promise.resolve();
    let hasEnded = false;
    let lastState: { atMs: number; answer: Promise<ProcessState | undefined> } | undefined;
    // The rest of its group died with it: from now on any process can get the number.
    const holderNow = async (): Promise<Holder> => (hasEnded ? 'stranger' : holder());
    return {
      identity,
      exited,
      release: watch((exit) => {
        hasEnded = true;
        resolve(exit);
      }),
      // Each failed probe asks; if a question starts a process, they share an answer. A signal from us makes that answer outdated.
      state: () => {
        const atMs = this.clock.monotonicMs();
        if (!lastState || atMs - lastState.atMs >= this.platform.askEveryMs)
          lastState = { atMs, answer: this.platform.processState(identity).catch(() => undefined) };
        return lastState.answer;
      },
      signal: (signal) => {
        lastState = undefined;
        const sent = lastSignal.then(async () => {
          const found = await holderNow().catch((error: unknown) => {
            throw identityError(pid, `${signal} was not sent`, error);
          });
          return found === 'ours' && send(pid, signal);
        });
        lastSignal = sent.catch(() => undefined);
        return sent;
      },
      killTree: async () => {
        await killTree(pid, () => this.#insist(holderNow), this.platform);
        await exited;
      },
    };
  }

  /** A child without a known start time could not be found again: it is ended, and the launch fails. */
  async #startTimeOf(pid: number, holder: () => Promise<Holder>): Promise<string> {
    try {
      const startTime = await this.platform.startTime(pid);
      // If it ended meanwhile, the answer may belong to the process that got its pid.
      return (await holder()) === 'ours' ? (startTime ?? NEVER_SEEN) : NEVER_SEEN;
    } catch (error) {
      if ((await holder()) === 'ours') killGroup(pid);
      throw identityError(pid, 'the process was ended right after its start', error);
    }
  }

  /** Asks until there is an answer: a process that must be killed must not live on because the system had no free descriptor for a moment. */
  async #insist<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch {
        await this.clock.sleep(ASK_AGAIN_MS);
      }
    }
  }
}

/** @returns false if the process has ended since the check. */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false;
    throw error;
  }
}

/** Promise.withResolvers exists only in Node.js 22 and later. */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
