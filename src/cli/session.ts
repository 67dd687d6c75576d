import { setMaxListeners } from 'node:events';
import { RmqdevError, toRmqdevError } from '../base/errors.js';
import { HomePaths } from '../base/paths.js';
import { ConnectedClient } from '../client/connected-client.js';
import type { DaemonClient } from '../client/http.js';
import { DEFAULT_CLUSTER } from '../contract/calls.js';
import type { Output } from './output/output.js';

/** Options of every command. */
export type GlobalOptions = { json: boolean; verbose: boolean };

export type Session = { client: DaemonClient; output: Output; home: HomePaths; signal: AbortSignal };
export type OfflineSession = Pick<Session, 'output' | 'home'> & { version: string };

/** How a command does its work: what `work` throws is shown as `--json` and `--verbose` ask for, and decides the exit code. */
export type Run = {
  /** Starts the daemon if none runs. */
  withDaemon(work: (session: Session) => Promise<void>, settings?: { jsonProgress?: boolean }): Promise<void>;
  /** Needs no daemon. */
  withOutput(work: (session: OfflineSession) => Promise<void>): Promise<void>;
  /** Is told the exit code of a command that does not end with 0. */
  exit(code: number): void;
};

export type RunOf = (options: GlobalOptions) => Run;

/** @param version of this package. */
export function createRunOf(version: string, exit: (code: number) => void): RunOf {
  return (options) => {
    const run = async (jsonProgress: boolean, work: (output: Output, home: HomePaths) => Promise<void>) => {
      const output = await outputFor(options, { showsProgress: jsonProgress });
      try {
        await work(output, HomePaths.fromEnvironment(process.env));
        output.end();
      } catch (error) {
        const failure = toRmqdevError(error);
        output.error(failure, options.verbose);
        exit(failure.exitCode);
      }
    };
    return {
      exit,
      withOutput: (work) => run(false, (output, home) => work({ output, home, version })),
      withDaemon: (work, { jsonProgress = false } = {}) =>
        run(jsonProgress, async (output, home) => {
          const client = new ConnectedClient(home, version, (running) =>
            output.notice(
              `the running daemon is ${running}, this rmqdev is ${version}; \`rmqdev daemon restart\` brings the daemon up to date and leaves every node running`,
            ),
          );
          await interruptible((signal) => work({ client, output, home, signal }));
        }),
    };
  };
}

/** Runs `work` with a signal that Ctrl-C and SIGTERM abort. */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interrupt = new AbortController();
  // Each request to a node listens. A topic with many queues has many requests at once: that is not a leak.
  setMaxListeners(0, interrupt.signal);
  const abort = () => interrupt.abort(interrupted());
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  try {
    await work(interrupt.signal);
  } finally {
    process.off('SIGINT', abort);
    process.off('SIGTERM', abort);
  }
}

/** Loads only the form that is asked for. */
export async function outputFor({ json }: Pick<GlobalOptions, 'json'>, options: { showsProgress: boolean }): Promise<Output> {
  if (json) return (await import('./output/json-output.js')).jsonOutput(process.stdout, process.stderr, options);
  return (await import('./output/text-output.js')).textOutput(process.stdout, process.stderr);
}

export function interrupted(): RmqdevError {
  return new RmqdevError('INTERRUPTED', {
    what: 'interrupted',
    why: 'Ctrl-C, or a signal, ended this command',
    next: 'What the daemon had accepted goes on: see `rmqdev status`',
  });
}

/**
 * @returns the cluster that a command means which only reads. If several run and none is named, a notice says which one it is: nobody
 * should send to one cluster and look for the messages in another.
 */
export async function clusterToRead(
  { client, output, signal }: Pick<Session, 'client' | 'output' | 'signal'>,
  named: string,
): Promise<string> {
  if (named !== DEFAULT_CLUSTER) return named;
  const { cluster, alsoRunning } = await client.call('resolveCluster', { cluster: named, for: 'reading' }, signal);
  if (alsoRunning.length > 0)
    output.notice(
      `this is cluster ${cluster}, the one used last; ${alsoRunning.join(', ')} ${alsoRunning.length === 1 ? 'runs' : 'run'} too: choose with -c`,
    );
  return cluster;
}
