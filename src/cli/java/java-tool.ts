import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { RmqdevError } from '../../base/errors.js';
import { toolJvmFlags } from '../../rocketmq/jvm-flags.js';
import { releaseTraits } from '../../rocketmq/releases.js';

/** What a class of a release is run with. */
export type ToolRuntime = {
  release: { version: string; home: string };
  jdk: { home: string; major: number };
  namesrvAddr: string;
  /** With which mqadmin signs; null: it does not. */
  credentials: { accessKey: string; secretKey: string } | null;
  /** Java's arguments with which it speaks TLS; empty: it does not. */
  tlsOptions: readonly string[];
  /** `user.home` of the program: RocketMQ writes its logs there. */
  userHome: string;
};

/** Logback of 5.1 and later says 230 lines about itself otherwise. */
const QUIET_LOGBACK = 'org.apache.rocketmq.logging.ch.qos.logback.core.status.NopStatusListener';
/** Of the caller's environment, what would change how a JVM starts. */
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
      : // Else the logback of 4.x writes DEBUG lines to stdout.
        [`-Dlogback.configurationFile=${logback}`]),
    '-cp',
    classPath.join(delimiter),
  ];
}

/** The sample that the binary distribution has; a broker without access control does not look at it. Source: distribution/conf/tools.yml. */
const SAMPLE_KEYS = 'accessKey: rocketmq2\nsecretKey: 12345678\n';

/** @returns the folder whose conf/ the tools read: the release, or a copy of its conf/ that has what the release lacks. */
function confHome({ release: { version, home }, userHome, credentials }: ToolRuntime): string {
  const hasKeys = existsSync(join(home, 'conf', 'tools.yml'));
  if (credentials === null && (hasKeys || !releaseTraits(version).adminNeedsKeyFile)) return home;
  // Not by cluster, but by account: two that run at once must not find each other's keys.
  const account = credentials === null ? '' : `-${createHash('sha256').update(JSON.stringify(credentials)).digest('hex').slice(0, 12)}`;
  const copy = join(userHome, `${version}${account}`);
  cpSync(join(home, 'conf'), join(copy, 'conf'), { recursive: true });
  // JSON is YAML.
  writeFileSync(join(copy, 'conf', 'tools.yml'), credentials === null ? SAMPLE_KEYS : JSON.stringify(credentials), { mode: 0o600 });
  return copy;
}

/**
 * Runs a class with the caller's terminal as its own. Ctrl-C ends the JVM, a second one at once.
 * @returns its exit status; 128 and the number of the signal where one ended it
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
      // From a terminal the JVM has had the first SIGINT itself; a second one is nothing to it while it shuts down.
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
