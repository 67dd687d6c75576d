import type { CommandModule } from 'yargs';
import { formatBytes, parseDurationMs } from '../../base/units.js';
import type { ClusterStatus } from '../../contract/status.js';
import { confirm, yesOption } from '../confirm.js';
import { clusterOption, durationOption, selectorsPositional } from '../options.js';
import type { ClusterOptions, GlobalOptions, Run, Session } from '../session.js';

type Options = ClusterOptions & { selector: string[]; timeout: string; wait?: boolean; yes?: boolean };
type Request = { cluster: string; selectors: string[]; timeoutMs: number };

/** A verb that changes the nodes that a selector names, and ends with their cluster's status. */
type Verb = {
  name: string;
  describe: string;
  done: string;
  defaultSelector?: string;
  canSkipWait?: boolean;
  /** It destroys data, and so asks first. */
  destroys?: boolean;
  example: string;
  run: (session: Session, request: Request, options: Options) => Promise<ClusterStatus>;
};

const VERBS: readonly Verb[] = [
  {
    name: 'start',
    describe: 'Start nodes that are down, and wait until they are ready and in sync',
    done: 'Started',
    canSkipWait: true,
    example: 'start broker-a',
    run: ({ client, output, signal }, request, { wait = true }) =>
      client.stream('start', { ...request, wait }, (item) => output.progress(item), signal),
  },
  {
    name: 'stop',
    describe: 'Stop nodes cleanly: SIGTERM, then SIGKILL after their stop time-out',
    done: 'Stopped',
    example: 'stop slaves',
    run: ({ client, output, signal }, request) => client.stream('stop', request, (item) => output.progress(item), signal),
  },
  {
    name: 'restart',
    describe: 'Restart nodes one at a time, each ready and in sync before the next',
    done: 'Restarted',
    example: 'restart brokers',
    run: ({ client, output, signal }, request) => client.stream('restart', request, (item) => output.progress(item), signal),
  },
  {
    name: 'reset',
    describe: 'Give nodes empty stores on the same ports; those that ran are started again',
    done: 'Reset',
    defaultSelector: 'all',
    destroys: true,
    example: 'reset',
    run: ({ client, output, signal }, request) => client.stream('reset', request, (item) => output.progress(item), signal),
  },
  {
    name: 'pause',
    describe: 'Freeze nodes (SIGSTOP): alive, and silent',
    done: 'Paused',
    example: 'pause master-a',
    run: ({ client }, { cluster, selectors }) => client.call('pause', { cluster, selectors }),
  },
  {
    name: 'resume',
    describe: 'Let paused nodes go on',
    done: 'Resumed',
    example: 'resume broker-a',
    run: ({ client }, { cluster, selectors }) => client.call('resume', { cluster, selectors }),
  },
];

export const nodeVerbCommands = (run: Run): CommandModule<GlobalOptions, Options>[] => VERBS.map((verb) => nodeVerbCommand(run, verb));

function nodeVerbCommand({ withDaemon }: Run, verb: Verb): CommandModule<GlobalOptions, Options> {
  return {
    command: `${verb.name} ${verb.defaultSelector ? '[selector..]' : '<selector..>'}`,
    describe: verb.describe,
    builder: (argv) => {
      const base = selectorsPositional(clusterOption(argv), verb.defaultSelector === undefined)
        .option('timeout', durationOption('5m', 'How long to wait'))
        .example(`$0 ${verb.example}`, '');
      if (verb.destroys) base.option('yes', yesOption);
      return verb.canSkipWait
        ? base.option('wait', { type: 'boolean', default: true, describe: 'Wait until ready (--no-wait: do not)' })
        : base;
    },
    handler: ({ json, verbose, ...options }) =>
      withDaemon({ json, verbose }, async (session) => {
        const selectors = options.selector.length > 0 ? options.selector : [verb.defaultSelector ?? 'all'];
        const cluster = verb.destroys
          ? await confirmReset(session, options.cluster, selectors, { yes: options.yes === true, json })
          : options.cluster;
        const request = { cluster, selectors, timeoutMs: parseDurationMs(options.timeout) as number };
        const since = Date.now();
        const status = await verb.run(session, request, { json, verbose, ...options });
        session.output.endProgress();
        const isIdle =
          verb.canSkipWait === true && !status.nodes.some(({ startedAt }) => startedAt !== null && Date.parse(startedAt) >= since);
        session.output.changed(`${isIdle ? 'Already running:' : verb.done} ${selectors.join(', ')}`, status);
      }),
  };
}

/** Asks about the very nodes that are then emptied. @returns the name of their cluster */
async function confirmReset(
  { client, signal }: Session,
  named: string,
  selector: string[],
  options: { yes: boolean; json: boolean },
): Promise<string> {
  const { cluster } = await client.call('resolveCluster', { cluster: named, for: 'changing' }, signal);
  await confirm({ ...options, signal }, async () => {
    const { nodes } = await client.call('clusterStatus', { cluster, selector }, signal);
    const bytes = nodes.reduce((sum, { diskBytes }) => sum + (diskBytes ?? 0), 0);
    return `This deletes the messages and logs of ${nodes.map(({ id }) => id).join(', ')} of cluster ${cluster}, ${formatBytes(bytes)}.`;
  });
  return cluster;
}
