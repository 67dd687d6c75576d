import { resolve } from 'node:path';
import type { CallerEnvironment } from '../contract/routes.js';

const PASSED = ['PATH', 'JAVA_HOME', 'ROCKETMQ_HOME', 'HOME'] as const;

/** @returns what the daemon must know of the shell that runs this command. */
export function callerEnvironment(): CallerEnvironment {
  const passed = PASSED.flatMap((name) => (process.env[name] ? [[name, process.env[name]] as const] : []));
  const paths = Object.fromEntries(passed.map(([name, value]) => [name, name.endsWith('_HOME') ? resolve(value as string) : value]));
  return { cwd: process.cwd(), ...paths };
}

/** @returns a release or source as the daemon needs it, which runs in another folder: a path becomes absolute, a word stays. */
export function absolutePath(text: string): string {
  return /[/\\]|\.zip$/.test(text) && !text.startsWith('~') ? resolve(text) : text;
}
