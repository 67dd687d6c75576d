import type { CallerEnvironment } from '../contract/routes.js';

const PASSED = ['PATH', 'JAVA_HOME', 'ROCKETMQ_HOME', 'HOME'] as const;

/** @returns what the daemon must know of the shell that runs this command. */
export function callerEnvironment(): CallerEnvironment {
  const passed = PASSED.flatMap((name) => (process.env[name] ? [[name, process.env[name]] as const] : []));
  return { cwd: process.cwd(), ...Object.fromEntries(passed) };
}
