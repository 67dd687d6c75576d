import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { EXIT_CODES, type RmqdevError } from '../../base/errors.js';
import { DEFAULT_CLUSTER } from '../../contract/calls.js';
import type { ProgressItem } from '../../contract/events.js';
import type { ParamsInput } from '../../contract/routes.js';
import { absolutePath, callerEnvironment } from '../caller.js';
import { defineCommand, example } from '../command.js';
import { durationOption } from '../options.js';
import { overridesOf, type ProfileOptions, profileOptions } from '../profile-options.js';
import { usage } from '../usage.js';

const PROJECT_PROFILE = './rmqdev.yaml';

export const upCommand = defineCommand({
  command: 'up [profile]',
  describe: 'Start a cluster and wait until it can be written to; on one that runs, apply what has changed',
  builder: (argv) =>
    profileOptions(
      argv.positional('profile', {
        type: 'string',
        describe: 'A name from `rmqdev profiles`, or the path of a YAML file',
        defaultDescription: 'rmqdev.yaml, if it is in this folder',
      }),
    )
      .option('name', { type: 'string', describe: "The cluster's name (default: the profile's, of rmqdev.yaml that of its folder)" })
      .option('from', { type: 'string', describe: 'Where to get RocketMQ: apache, maven, or a path' })
      .option('host', { type: 'string', describe: 'Which of the profile’s hosts this machine is (default: the one whose address it has)' })
      .option('dashboard', {
        type: 'string',
        describe: 'Add the RocketMQ dashboard: its jar (alone: the one in RMQDEV_HOME/dashboard; --no-dashboard: remove it)',
      })
      .option('debug', { type: 'boolean', default: false, describe: 'Give every node a JDWP port (listenPort + 7)' })
      .option('dry-run', { type: 'boolean', default: false, describe: 'Show nodes, ports, files and memory; change nothing' })
      .option('watch', {
        alias: 'w',
        type: 'boolean',
        default: false,
        describe: 'After that, apply each save of the profile until Ctrl-C (with --dry-run: show what it would change)',
      })
      .option('strict-ports', { type: 'boolean', default: false, describe: 'Refuse instead of moving a node whose port is taken' })
      .option('wait', { type: 'boolean', default: true, describe: 'Wait until all nodes are ready and in sync (--no-wait: do not)' })
      .option('trace', {
        type: 'string',
        describe: 'Draw where the time of the start went, as one SVG page for a browser (alone: up-trace.svg in the folder of the cluster)',
      })
      .option('timeout', durationOption('5m', 'How long to wait for readiness'))
      .example(...example('$0 up', 'the rmqdev.yaml of this folder'))
      .example(...example('$0 up 2m2s', 'two masters, two slaves, on the newest release'))
      .example(...example('$0 up 2m2s --rocketmq 4.9.7 --heap broker=512m', 'another release, larger heaps'))
      .example(...example('$0 up 2m2s --set broker-a.properties.flushDiskType=SYNC_FLUSH', 'one property of one node'))
      .example(...example('$0 up 2m2s --dashboard rocketmq-dashboard-2.1.0.jar', 'and the RocketMQ dashboard, which stays in the cluster'))
      .example(...example('$0 up --watch', 'and again after each save of rmqdev.yaml, or of a profile that it extends'))
      .example(...example('$0 up ./my-cluster.yaml --name test', 'your own profile under another name')),
  handler: ({ dryRun, watch, trace, verbose, ...options }, { withDaemon, exit }) =>
    withDaemon(
      async (session) => {
        const { client, output, signal } = session;
        const params = toParams(options);
        if (trace !== undefined && (dryRun || watch)) throw traceWithout(dryRun ? '--dry-run' : '--watch');
        await using tracing = trace === undefined ? undefined : await (await import('../trace/trace-up.js')).traceUp(trace, session);
        const show = (item: ProgressItem) => {
          tracing?.add(item);
          output.progress(item);
        };
        const run = async (onItem: (item: ProgressItem) => void): Promise<string> => {
          if (dryRun) {
            const plan = await client.stream('plan', params, onItem, signal);
            output.endProgress();
            output.plan(plan);
            return plan.cluster;
          }
          const result = await client.stream('up', params, onItem, signal);
          output.endProgress();
          await tracing?.draw();
          // The cluster that was used last is this one.
          const { alsoRunning } = await client.call('resolveCluster', { cluster: DEFAULT_CLUSTER, for: 'reading' }, signal);
          output.upDone(result, alsoRunning.length === 0);
          return result.cluster;
        };
        try {
          if (!watch) return void (await run(show));
          const { upWatching } = await import('../watch/up-watching.js');
          await upWatching({ params, dryRun, isVerbose: verbose }, session, run);
        } catch (error) {
          output.endProgress();
          if (!signal.aborted || dryRun) throw error;
          output.detached(watch ? 'what is under way' : 'the start');
          // What follows (`rmqdev up … && mvn test`) must not run on a cluster that is not ready.
          exit(EXIT_CODES.INTERRUPTED);
        }
      },
      { jsonProgress: !dryRun || watch },
    ),
});

function traceWithout(other: string): RmqdevError {
  return usage(`--trace and ${other} do not go together`, 'a trace is drawn of one start', `Omit one of them: \`rmqdev up --trace\``);
}

type Options = ProfileOptions & {
  profile: string | undefined;
  name: string | undefined;
  from: string | undefined;
  host: string | undefined;
  /** False for `--no-dashboard`. */
  dashboard: string | false | undefined;
  debug: boolean;
  strictPorts: boolean;
  wait: boolean;
  timeout: number;
};

function toParams({
  profile = projectProfile(),
  name,
  from,
  host,
  dashboard,
  debug,
  strictPorts,
  wait,
  timeout,
  ...options
}: Options): ParamsInput<'up'> {
  return {
    profile,
    caller: callerEnvironment(),
    ...overridesOf(options),
    debug,
    strictPorts,
    wait,
    timeoutMs: timeout,
    ...(name === undefined ? {} : { name }),
    ...(host === undefined ? {} : { host }),
    ...(dashboard === undefined ? {} : { dashboard: jarOption(dashboard) }),
    ...(from === undefined ? {} : { from: absolutePath(from) }),
  };
}

/** @returns an empty text for the jar in RMQDEV_HOME/dashboard, null for none. */
function jarOption(given: string | false): string | null {
  if (given === false) return null;
  return given === '' ? '' : resolve(given.replace(/^~(?=\/|$)/, homedir()));
}

/** @returns the profile of the project in this folder. @throws RmqdevError USAGE */
function projectProfile(): string {
  if (existsSync(PROJECT_PROFILE)) return PROJECT_PROFILE;
  throw usage(
    '`rmqdev up` needs a profile',
    'none is named, and there is no rmqdev.yaml in this folder',
    'Name one: `rmqdev up 2m2s`; `rmqdev profiles` lists them',
  );
}
