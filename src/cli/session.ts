import { setMaxListeners } from 'node:events';
import { RmqdevError, toRmqdevError } from '../base/errors.js';
import { HomePaths } from '../base/paths.js';
import { connect } from '../client/daemon-process.js';
import type { DaemonClient } from '../client/http.js';
import { DEFAULT_CLUSTER } from '../contract/calls.js';
import { jsonOutput } from './output/json-output.js';
import type { Output } from './output/output.js';

/** Options of every command. */
export type GlobalOptions = { json: boolean; verbose: boolean };
/** Options of commands that concern one cluster. */
export type ClusterOptions = GlobalOptions & { cluster: string };

export type Session = { client: DaemonClient; output: Output; home: HomePaths; signal: AbortSignal };
/** Runs `work` against the daemon, which is started when needed. */
export type WithDaemon = (
  options: GlobalOptions,
  work: (session: Session) => Promise<void>,
  settings?: { jsonProgress?: boolean },
) => Promise<void>;
/** Runs `work` without a daemon. */
export type WithOutput = (
  options: GlobalOptions,
  work: (session: { output: Output; home: HomePaths; version: string }) => Promise<void>,
) => Promise<void>;

export type Run = { withDaemon: WithDaemon; withOutput: WithOutput };

/**
 * @param exit is told the exit code of a command that failed; a command that ends well leaves it alone.
 * @param version of this package.
 */
export function createRun(version: string, exit: (code: number) => void): Run {
  const run = async (options: GlobalOptions, jsonProgress: boolean, work: (output: Output) => Promise<void>) => {
    const output = await outputFor(options, jsonProgress);
    try {
      await work(output);
      output.end();
    } catch (error) {
      const failure = toRmqdevError(error);
      output.error(failure, options.verbose);
      exit(failure.exitCode);
    }
  };
  return {
    withOutput: (options, work) => run(options, false, (output) => work({ output, home: HomePaths.fromEnvironment(process.env), version })),
    withDaemon: (options, work, settings) =>
      run(options, settings?.jsonProgress ?? false, async (output) => {
        const home = HomePaths.fromEnvironment(process.env);
        const { client, hello } = await connect(home, version);
        if (hello.version !== version) {
          output.notice(
            `the running daemon is ${hello.version}, this rmqdev is ${version}; \`rmqdev daemon restart\` brings the daemon up to date and leaves every node running`,
          );
        }
        await interruptible((signal) => work({ client, output, home, signal }));
      }),
  };
}

/** Runs `work` with a signal that Ctrl-C and SIGTERM abort. */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interrupt = new AbortController();
  // Each question to a node listens: one of a topic’s queues each are many at once, and no leak.
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

async function outputFor(options: GlobalOptions, jsonProgress: boolean): Promise<Output> {
  if (options.json) return jsonOutput(process.stdout, process.stderr, { showsProgress: jsonProgress });
  const { textOutput } = await import('./output/text-output.js');
  return textOutput(process.stdout, process.stderr);
}

export function interrupted(): RmqdevError {
  return new RmqdevError('INTERRUPTED', {
    what: 'interrupted',
    why: 'Ctrl-C, or a signal, ended this command',
    next: 'What the daemon had accepted goes on: see `rmqdev status`',
  });
}

/**
 * The cluster that a command which only reads means. If several run and none was named, that is told: nobody should send to
 * one cluster and look for the messages in another.
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
