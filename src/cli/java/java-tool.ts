import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { RmqdevError } from '../../base/errors.js';
import { toolJvmFlags } from '../../rocketmq/jvm-flags.js';
import { releaseTraits } from '../../rocketmq/releases.js';

/** What a class of a release needs to run. */
export type ToolRuntime = {
  release: { version: string; home: string };
  jdk: { home: string; major: number };
  namesrvAddr: string;
  /** The account with which mqadmin signs its requests; null if it does not sign. */
  credentials: { accessKey: string; secretKey: string } | null;
  /** Arguments of java for TLS; empty without TLS. */
  tlsOptions: readonly string[];
  /** `user.home` of the program: RocketMQ writes its logs there. */
  userHome: string;
};

/** Without it, logback of 5.1 and later prints 230 lines about itself. */
const QUIET_LOGBACK = 'org.apache.rocketmq.logging.ch.qos.logback.core.status.NopStatusListener';
/** Variables of the caller that would change how a JVM starts. */
const DROPPED_ENVIRONMENT: ReadonlySet<string> = new Set(['JAVA_OPT', 'JAVA_OPT_EXT', 'CLASSPATH', 'ROCKETMQ_SERIALIZE_TYPE']);

/** @returns the class path as tools.sh has it: conf, the release's jars, then CLASSPATH. Source: distribution/bin/tools.sh. */
export function classPathOf(releaseHome: string, env: NodeJS.ProcessEnv): string[] {
  const lib = join(releaseHome, 'lib');
  const jars = readdirSync(lib)
    .filter((name) => name.endsWith('.jar'))
    .sort();
  const own = (env.CLASSPATH ?? '').split(delimiter).filter((entry) => entry !== '');
  return [join(releaseHome, 'conf'), ...jars.map((name) => join(lib, name)), ...own];
}

/** @returns java's arguments before the main class. */
export function toolArguments(runtime: ToolRuntime, classPath: readonly string[]): string[] {
  const { release, jdk, namesrvAddr, userHome, tlsOptions } = runtime;
  const traits = releaseTraits(release.version);
  const logback = join(release.home, 'conf', traits.logbackFileName('tools'));
  return [
    ...toolJvmFlags(jdk.major),
    `-Duser.home=${userHome}`,
    `-Drocketmq.home.dir=${confHome(runtime)}`,
    ...tlsOptions,
    `-Drocketmq.namesrv.addr=${namesrvAddr}`,
    `-Drocketmq.client.logRoot=${join(userHome, 'logs', 'rocketmqlogs')}`,
    ...(traits.logbackProperty
      ? [`-Drmq.logback.configurationFile=${logback}`, `-Dlogback.statusListenerClass=${QUIET_LOGBACK}`]
      : // Without it, logback of 4.x writes DEBUG lines to stdout.
        [`-Dlogback.configurationFile=${logback}`]),
    '-cp',
    classPath.join(delimiter),
  ];
}

/** The sample of the binary distribution; a broker without access control does not read it. Source: distribution/conf/tools.yml. */
const SAMPLE_KEYS = 'accessKey: rocketmq2\nsecretKey: 12345678\n';

/** @returns the folder whose conf/ the tools read: the release, or a copy of its conf/ with what the release lacks. */
function confHome({ release: { version, home }, userHome, credentials }: ToolRuntime): string {
  const hasKeys = existsSync(join(home, 'conf', 'tools.yml'));
  if (credentials === null && (hasKeys || !releaseTraits(version).adminNeedsKeyFile)) return home;
  // One copy for each account, not for each cluster: two tools that run at once must not read each other's keys.
  const account = credentials === null ? '' : `-${createHash('sha256').update(JSON.stringify(credentials)).digest('hex').slice(0, 12)}`;
  const copy = join(userHome, `${version}${account}`);
  cpSync(join(home, 'conf'), join(copy, 'conf'), { recursive: true });
  // JSON is YAML.
  writeFileSync(join(copy, 'conf', 'tools.yml'), credentials === null ? SAMPLE_KEYS : JSON.stringify(credentials), { mode: 0o600 });
  return copy;
}

/**
 * Runs a class on the caller's terminal. Ctrl-C ends the JVM, a second Ctrl-C ends it at once.
 * @returns its exit status; 128 + the number of the signal if a signal ended it
 */
export function runTool(runtime: ToolRuntime, classPath: readonly string[], mainClass: string, args: readonly string[]): Promise<number> {
  const java = join(runtime.jdk.home, 'bin', 'java');
  mkdirSync(runtime.userHome, { recursive: true });
  const kept = Object.entries(process.env).filter(([name]) => !DROPPED_ENVIRONMENT.has(name));
  const env = {
    ...Object.fromEntries(kept),
    NAMESRV_ADDR: runtime.namesrvAddr,
    ROCKETMQ_HOME: runtime.release.home,
    JAVA_HOME: runtime.jdk.home,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(java, [...toolArguments(runtime, classPath), mainClass, ...args], { stdio: 'inherit', env });
    let signals = 0;
    const forward = (signal: NodeJS.Signals) => {
      signals += 1;
      // A terminal sends the first SIGINT to the JVM too. While the JVM shuts down, it ignores a second one.
      child.kill(signals > 1 ? 'SIGKILL' : signal);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, forward);
    const forget = () => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, forward);
    };
    child.on('error', (error) => {
      forget();
      reject(
        new RmqdevError(
          'JAVA_NOT_FOUND',
          {
            what: `${java} cannot be run`,
            why: error.message,
            next: 'See `rmqdev doctor`; `rmqdev up --java <home>` gives the cluster another JDK',
          },
          { cause: error },
        ),
      );
    });
    child.on('exit', (code, signal) => {
      forget();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
