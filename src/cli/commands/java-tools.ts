import type { Argv, CommandModule } from 'yargs';
import type { ToolRuntime } from '../java/java-tool.js';
import { clusterOption } from '../options.js';
import type { ClusterOptions, GlobalOptions, Run } from '../session.js';
import { ownReach, refuseStopped } from '../traffic/access.js';
import { javaTlsOptions, type Reach, type ReachOptions, reachFrom, reachOptions } from '../traffic/reach.js';
import { usage } from '../usage.js';

type RuntimeOptions = ClusterOptions & ReachOptions & { namesrv?: string; rocketmq?: string; java?: string };
type Options = RuntimeOptions & { args: string[]; _: (string | number)[] };

/** yargs puts what follows `--` beside the command's own word, as it stands. */
const wordsOf = ({ args, _ }: Pick<Options, 'args' | '_'>): string[] => [...args, ..._.slice(1).map(String)];

const MQADMIN = 'org.apache.rocketmq.tools.command.MQAdminStartup';

/** The release's own mqadmin: a cluster's release, JDK and NameServers. */
export const adminCommand = (run: Run, exit: (code: number) => void): CommandModule<GlobalOptions, Options> => ({
  command: 'admin [args..]',
  describe: 'The release’s own mqadmin, with namesrvAddr filled in',
  builder: (argv) =>
    runtimeOptions(argv)
      .positional('args', {
        type: 'string',
        array: true,
        default: [],
        describe: 'A subcommand and its options, after --; without: the list of them',
      })
      .example('$0 admin', 'what this release has')
      .example('$0 admin -- clusterList', 'a subcommand')
      .example('$0 admin -- topicStatus -t Test', 'one with options') as never,
  handler: (options) =>
    withRuntime(run, options, exit, (runtime, tool) =>
      tool.runTool(runtime, tool.classPathOf(runtime.release.home, {}), MQADMIN, wordsOf(options)),
    ),
});

/** Any class on the release's class path, as its tools.sh runs it. */
export const toolsCommand = (run: Run, exit: (code: number) => void): CommandModule<GlobalOptions, Options> => ({
  command: 'tools [args..]',
  describe: 'Any class of the release, or of CLASSPATH, with NAMESRV_ADDR set',
  builder: (argv) =>
    runtimeOptions(argv)
      .positional('args', { type: 'string', array: true, default: [], describe: 'A class and its arguments, after --' })
      .example('$0 tools -- org.apache.rocketmq.example.quickstart.Producer', 'RocketMQ’s own first example')
      .example('$0 tools -- org.apache.rocketmq.example.quickstart.Consumer', 'runs until Ctrl-C') as never,
  handler: (options) =>
    withRuntime(run, options, exit, async (runtime, tool) => {
      const [mainClass, ...rest] = wordsOf(options);
      if (mainClass === undefined) {
        throw usage('rmqdev tools needs a class', 'none is named', 'Write rmqdev tools -- org.apache.rocketmq.example.quickstart.Producer');
      }
      const classPath = tool.classPathOf(runtime.release.home, process.env);
      await (await import('../java/find-class.js')).requireClass(mainClass, classPath, runtime.release);
      return tool.runTool(runtime, classPath, mainClass, rest);
    }),
});

function runtimeOptions(argv: Argv<GlobalOptions>): Argv<RuntimeOptions> {
  return reachOptions(clusterOption(argv))
    .option('namesrv', { type: 'string', describe: 'NameServers of any cluster, such as 127.0.0.1:9876; no daemon is asked' })
    .option('rocketmq', { type: 'string', describe: 'With --namesrv: a release that is installed, or its folder' })
    .option('java', {
      type: 'string',
      describe: 'With --namesrv: a major version such as 17, or a JDK home',
    }) as unknown as Argv<RuntimeOptions>;
}

type Tool = typeof import('../java/java-tool.js');

async function withRuntime(
  { withDaemon, withOutput }: Run,
  { json, verbose, cluster, namesrv, rocketmq, java, ...reachWishes }: RuntimeOptions,
  exit: (code: number) => void,
  work: (runtime: ToolRuntime, tool: Tool) => Promise<number>,
): Promise<void> {
  const options = { json, verbose };
  const securityOf = ({ credentials, tls }: Reach, env: NodeJS.ProcessEnv) => ({
    credentials: credentials ?? null,
    tlsOptions: javaTlsOptions(tls, reachWishes, env),
  });
  const finish = async (runtime: ToolRuntime) => {
    const code = await work(runtime, await import('../java/java-tool.js'));
    if (code !== 0) exit(code);
  };
  if (namesrv !== undefined) {
    return withOutput(options, async ({ home }) => {
      const security = securityOf(await reachFrom(reachWishes, process.env), process.env);
      await finish(await (await import('../java/tool-runtime.js')).runtimeFor(home, namesrv, { rocketmq, java }, security));
    });
  }
  await withDaemon(options, async ({ client, home, signal }) => {
    const status = await client.call('clusterStatus', { cluster }, signal);
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
