import type { Argv } from 'yargs';
import { formatBytes } from '../../base/units.js';
import type { ClusterStatus } from '../../contract/status.js';
import { type Command, defineCommand, example } from '../command.js';
import { confirm, yesOption } from '../confirm.js';
import { clusterOption, durationOption, optionalSelectors, requiredSelectors } from '../options.js';
import type { GlobalOptions, Run, Session } from '../session.js';

/** A verb changes the nodes that a selector names, and ends with the status of their cluster. */
const verbOptions = (argv: Argv<GlobalOptions>) => timeoutOption(requiredSelectors(clusterOption(argv)));
const timeoutOption = <T>(argv: Argv<T>) => argv.option('timeout', durationOption('5m', 'How long to wait'));

type Wanted = { cluster: string; selector: string[]; timeout: number };
type Request = { cluster: string; selectors: string[]; timeoutMs: number };

function runVerb(
  { withDaemon }: Run,
  { cluster, selector: selectors, timeout: timeoutMs }: Wanted,
  done: string,
  change: (session: Session, request: Request) => Promise<ClusterStatus>,
): Promise<void> {
  return withDaemon(async (session) => {
    const status = await change(session, { cluster, selectors, timeoutMs });
    session.output.endProgress();
    session.output.changed(`${done} ${selectors.join(', ')}`, status);
  });
}

const startCommand = defineCommand({
  command: 'start <selector..>',
  describe: 'Start nodes that are down, and wait until they are ready and in sync',
  builder: (argv) =>
    verbOptions(argv)
      .option('wait', { type: 'boolean', default: true, describe: 'Wait until ready (--no-wait: do not)' })
      .example(...example('$0 start broker-a', '')),
  handler: ({ cluster, selector: selectors, timeout: timeoutMs, wait }, { withDaemon }) =>
    withDaemon(async ({ client, output, signal }) => {
      const since = Date.now();
      const status = await client.stream('start', { cluster, selectors, timeoutMs, wait }, (item) => output.progress(item), signal);
      output.endProgress();
      const hasStarted = status.nodes.some(({ startedAt }) => startedAt !== null && Date.parse(startedAt) >= since);
      output.changed(`${hasStarted ? 'Started' : 'Already running:'} ${selectors.join(', ')}`, status);
    }),
});

const stopCommand = defineCommand({
  command: 'stop <selector..>',
  describe: 'Stop nodes cleanly: SIGTERM, then SIGKILL after their stop time-out',
  builder: (argv) => verbOptions(argv).example(...example('$0 stop slaves', '')),
  handler: (options, run) =>
    runVerb(run, options, 'Stopped', ({ client, output, signal }, request) =>
      client.stream('stop', request, (item) => output.progress(item), signal),
    ),
});

const restartCommand = defineCommand({
  command: 'restart <selector..>',
  describe: 'Restart nodes one at a time, each ready and in sync before the next',
  builder: (argv) => verbOptions(argv).example(...example('$0 restart brokers', '')),
  handler: (options, run) =>
    runVerb(run, options, 'Restarted', ({ client, output, signal }, request) =>
      client.stream('restart', request, (item) => output.progress(item), signal),
    ),
});

const resetCommand = defineCommand({
  command: 'reset [selector..]',
  describe: 'Give nodes empty stores on the same ports; those that ran are started again',
  builder: (argv) =>
    timeoutOption(optionalSelectors(clusterOption(argv)))
      .option('yes', yesOption)
      .example(...example('$0 reset', '')),
  handler: ({ json, yes, ...options }, run) => {
    const selector = options.selector.length > 0 ? options.selector : ['all'];
    return runVerb(run, { ...options, selector }, 'Reset', async (session, request) => {
      const cluster = await confirmReset(session, request, { yes, json });
      const { client, output, signal } = session;
      return client.stream('reset', { ...request, cluster }, (item) => output.progress(item), signal);
    });
  },
});

/** Asks about exactly the nodes that are then emptied. @returns the name of their cluster */
async function confirmReset(
  { client, signal }: Session,
  { cluster: named, selectors }: Request,
  options: { yes: boolean; json: boolean },
): Promise<string> {
  const { cluster } = await client.call('resolveCluster', { cluster: named, for: 'changing' }, signal);
  await confirm({ ...options, signal }, async () => {
    const { nodes } = await client.call('clusterStatus', { cluster, selector: selectors }, signal);
    const bytes = nodes.reduce((sum, { diskBytes }) => sum + (diskBytes ?? 0), 0);
    return `This deletes the messages and logs of ${nodes.map(({ id }) => id).join(', ')} of cluster ${cluster}, ${formatBytes(bytes)}.`;
  });
  return cluster;
}

const pauseCommand = defineCommand({
  command: 'pause <selector..>',
  describe: 'Freeze nodes (SIGSTOP): they are alive, but do not answer',
  builder: (argv) => verbOptions(argv).example(...example('$0 pause master-a', '')),
  handler: (options, run) =>
    runVerb(run, options, 'Paused', ({ client }, { cluster, selectors }) => client.call('pause', { cluster, selectors })),
});

const resumeCommand = defineCommand({
  command: 'resume <selector..>',
  describe: 'Let paused nodes go on',
  builder: (argv) => verbOptions(argv).example(...example('$0 resume broker-a', '')),
  handler: (options, run) =>
    runVerb(run, options, 'Resumed', ({ client }, { cluster, selectors }) => client.call('resume', { cluster, selectors })),
});

export const nodeVerbCommands: readonly Command[] = [startCommand, stopCommand, restartCommand, resetCommand, pauseCommand, resumeCommand];
