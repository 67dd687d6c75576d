import type { Argv } from 'yargs';
import { defineCommand, example, type OptionsOf } from '../command.js';
import type { ToolRuntime } from '../java/java-tool.js';
import { clusterOption } from '../options.js';
import { clusterToRead, type GlobalOptions, type Run } from '../session.js';
import { ownReach, refuseStopped } from '../traffic/access.js';
import { javaTlsOptions, type Reach, reachFrom, reachOptions } from '../traffic/reach.js';
import { usage } from '../usage.js';

/** yargs puts the words after `--` unchanged behind the name of the command. */
const wordsOf = ({ args, _ }: { args: readonly string[]; _: readonly (string | number)[] }): string[] => [
  ...args,
  ..._.slice(1).map(String),
];

const MQADMIN = 'org.apache.rocketmq.tools.command.MQAdminStartup';

/** The release's own mqadmin, with the release, JDK and NameServers of a cluster. */
export const adminCommand = defineCommand({
  command: 'admin [args..]',
  describe: 'The release’s own mqadmin, with namesrvAddr filled in',
  builder: (argv) =>
    runtimeOptions(argv)
      .positional('args', {
        type: 'string',
        array: true,
        default: [],
        describe: 'A subcommand and its options, after --; without them: the list of subcommands',
      })
      .example(...example('$0 admin', 'what this release has'))
      .example(...example('$0 admin -- clusterList', 'a subcommand'))
      .example(...example('$0 admin -- topicStatus -t Test', 'one with options')),
  handler: (options, run) =>
    withRuntime(run, options, (runtime, tool) =>
      tool.runTool(runtime, tool.classPathOf(runtime.release.home, {}), MQADMIN, wordsOf(options)),
    ),
});

/** Any class on the release's class path, as its tools.sh runs it. */
export const toolsCommand = defineCommand({
  command: 'tools [args..]',
  describe: 'Any class of the release, or of CLASSPATH, with NAMESRV_ADDR set',
  builder: (argv) =>
    runtimeOptions(argv)
      .positional('args', { type: 'string', array: true, default: [], describe: 'A class and its arguments, after --' })
      .example(...example('$0 tools -- org.apache.rocketmq.example.quickstart.Producer', 'RocketMQ’s own first example'))
      .example(...example('$0 tools -- org.apache.rocketmq.example.quickstart.Consumer', 'runs until Ctrl-C')),
  handler: (options, run) =>
    withRuntime(run, options, async (runtime, tool) => {
      const [mainClass, ...rest] = wordsOf(options);
      if (mainClass === undefined) {
        throw usage('rmqdev tools needs a class', 'none is given', 'Write rmqdev tools -- org.apache.rocketmq.example.quickstart.Producer');
      }
      const classPath = tool.classPathOf(runtime.release.home, process.env);
      await (await import('../java/find-class.js')).requireClass(mainClass, classPath, runtime.release);
      return tool.runTool(runtime, classPath, mainClass, rest);
    }),
});

const runtimeOptions = (argv: Argv<GlobalOptions>) =>
  reachOptions(clusterOption(argv))
    .option('namesrv', { type: 'string', describe: 'NameServers of any cluster, such as 127.0.0.1:9876; no daemon is asked' })
    .option('rocketmq', { type: 'string', describe: 'With --namesrv: a release that is installed, or its folder' })
    .option('java', { type: 'string', describe: 'With --namesrv: a major version such as 17, or a JDK home' });

type RuntimeOptions = ReturnType<typeof runtimeOptions> extends Argv<infer O> ? OptionsOf<O> : never;
type Tool = typeof import('../java/java-tool.js');

async function withRuntime(
  { withDaemon, withOutput, exit }: Run,
  { cluster, namesrv, rocketmq, java, ...reachWishes }: RuntimeOptions,
  work: (runtime: ToolRuntime, tool: Tool) => Promise<number>,
): Promise<void> {
  const securityOf = ({ credentials, tls }: Reach, env: NodeJS.ProcessEnv) => ({
    credentials: credentials ?? null,
    tlsOptions: javaTlsOptions(tls, reachWishes, env),
  });
  const finish = async (runtime: ToolRuntime) => {
    const code = await work(runtime, await import('../java/java-tool.js'));
    if (code !== 0) exit(code);
  };
  if (namesrv !== undefined) {
    return withOutput(async ({ home }) => {
      const security = securityOf(await reachFrom(reachWishes, process.env), process.env);
      await finish(await (await import('../java/tool-runtime.js')).runtimeFor(home, namesrv, { rocketmq, java }, security));
    });
  }
  await withDaemon(async (session) => {
    const { client, home, signal } = session;
    const status = await client.call('clusterStatus', { cluster: await clusterToRead(session, cluster) }, signal);
    refuseStopped(status);
    const security = securityOf(await ownReach(client, status.cluster, reachWishes, signal), {});
    const { rocketmq: version, rocketmqHome, java: jdk, namesrvAddr } = status;
    await finish({
      release: { version, home: rocketmqHome },
      jdk: { home: jdk.home, major: jdk.version },
      namesrvAddr,
      ...security,
      userHome: home.tools,
    });
  });
}
