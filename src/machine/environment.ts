import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.js';
import { RmqdevError } from '../base/errors.js';
import { type EnvironmentFacts, JAVA_VARIABLES } from '../diagnose/preflight/environment.js';
import { readJdk } from '../install/jdk-version.js';
import { readReleaseHome } from '../install/release-home.js';

const JAVA_TIMEOUT_MS = 1_500;

/** The variables of the caller's shell that RocketMQ, the JVM or rmqdev would read. */
export async function environmentFacts(
  env: NodeJS.ProcessEnv,
  clusters: EnvironmentFacts['clusters'],
  clock: Clock,
): Promise<EnvironmentFacts> {
  const names = ['NAMESRV_ADDR', 'ROCKETMQ_HOME', 'JAVA_HOME', ...JAVA_VARIABLES];
  const [javaHome, rocketmqHome] = await Promise.all([
    env.JAVA_HOME ? readJavaHome(env.JAVA_HOME, env, clock) : undefined,
    env.ROCKETMQ_HOME ? readRocketMqHome(env.ROCKETMQ_HOME) : undefined,
  ]);
  return { variables: Object.fromEntries(names.map((name) => [name, env[name] || undefined])), javaHome, rocketmqHome, clusters };
}

async function readJavaHome(home: string, env: NodeJS.ProcessEnv, clock: Clock): Promise<EnvironmentFacts['javaHome']> {
  const reading = await readJdk(home, { clock, env, timeoutMs: JAVA_TIMEOUT_MS });
  if (!reading.ok) return reading;
  const isJdk = await access(join(home, 'bin', 'javac')).then(
    () => true,
    () => false,
  );
  return { ok: true, isJre: !isJdk };
}

async function readRocketMqHome(home: string): Promise<EnvironmentFacts['rocketmqHome']> {
  try {
    return { version: (await readReleaseHome(home)).version };
  } catch (error) {
    return { why: error instanceof RmqdevError ? error.text.why : String(error) };
  }
}
