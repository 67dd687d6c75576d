import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { vi } from 'vitest';
import { systemCode } from '../../../src/base/errors.js';
import { HomePaths } from '../../../src/base/paths.js';
import { currentPlatform } from '../../../src/process/current-platform.js';
import type { ProcessRow } from '../../../src/process/platform.js';
import { shareArchives } from './releases.js';

export const CLI = fileURLToPath(new URL('../../../dist/bin/rmqdev.cjs', import.meta.url));
/** Catches a hang; each wait of the CLI itself ends earlier. */
const COMMAND_TIMEOUT_MS = 180_000;
const END_TIMEOUT_MS = 60_000;
const LOG_TAIL_LINES = 30;

export type Output = { stdout: string; stderr: string };

/** The command line with an RMQDEV_HOME of its own, which is empty at first. */
export class Rmqdev {
  readonly home = mkdtempSync(join(tmpdir(), 'rmq-'));
  readonly #command: readonly string[];

  /** @param command what runs `rmqdev`; default: the built CLI. */
  constructor(command: readonly string[] = [process.execPath, CLI]) {
    this.#command = command;
  }

  /** @throws Error with everything it printed where the command fails. */
  async run(...args: string[]): Promise<Output> {
    const [file, ...rest] = [...this.#command, ...args] as [string, ...string[]];
    const { stdout, stderr } = await execa(file, rest, {
      cwd: this.home,
      env: { RMQDEV_HOME: this.home, ROCKETMQ_HOME: undefined },
      stdin: 'ignore',
      timeout: COMMAND_TIMEOUT_MS,
    });
    return { stdout, stderr };
  }

  /** @returns what the command printed with `--json`: one object a line. */
  async items<T>(...args: string[]): Promise<T[]> {
    const { stdout } = await this.run(...args, '--json');
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  }

  /** @returns the last object that the command printed with `--json`: its result. */
  async json<T>(...args: string[]): Promise<T> {
    const result = (await this.items<T>(...args)).at(-1);
    if (result === undefined) throw new Error(`rmqdev ${args.join(' ')} --json printed nothing`);
    return result;
  }

  /** @returns the daemon first, then every process whose command line names this home: nodes, `mvn`, `jcmd`. */
  async processes(): Promise<ProcessRow[]> {
    const daemon = this.#daemonPid();
    const isDaemon = ({ pid, command }: ProcessRow) => pid === daemon && command.includes('daemon');
    const rows = (await currentPlatform().processTable()).filter((row) => isDaemon(row) || row.command.includes(this.home));
    return rows.toSorted((a, b) => Number(isDaemon(b)) - Number(isDaemon(a)));
  }

  /** @returns what helps to understand a failure: the journals and the ends of the logs. */
  diagnosis(): string {
    const logs = existsSync(this.home)
      ? readdirSync(this.home, { recursive: true, encoding: 'utf8' }).filter((name) =>
          /(?:^daemon\.log|events\.ndjson|stdout\.log|\/(?:broker|namesrv|store)\.log|\/maven-[^/]*\.log)$/.test(name),
        )
      : [];
    return logs
      .map((name) => `--- ${name}\n${readFileSync(join(this.home, name), 'utf8').split('\n').slice(-LOG_TAIL_LINES).join('\n')}`)
      .join('\n');
  }

  /** Ends everything that was started here, however the test ended, and removes the home. */
  async destroy(): Promise<void> {
    // The daemon is the first, or it would start its nodes again.
    for (const { pid } of await this.processes()) kill(pid);
    await vi.waitUntil(async () => (await this.processes()).length === 0, { timeout: END_TIMEOUT_MS });
    rmSync(this.home, { recursive: true, force: true, maxRetries: 10 });
  }

  /** What the last daemon of this home wrote into its lock; it may have ended. */
  #daemonPid(): number | undefined {
    const { daemonLock } = new HomePaths(this.home);
    return existsSync(daemonLock) ? Number(readFileSync(daemonLock, 'utf8')) : undefined;
  }
}

/** Runs `work` in a home of its own, which shares the class archives alone, and removes it afterwards. A failure prints the logs. */
export function withRmqdev(work: (rmqdev: Rmqdev) => Promise<void>, rmqdev = new Rmqdev()): Promise<void> {
  shareArchives(rmqdev.home);
  return withEmptyHome(work, rmqdev);
}

/** The same in a home that is empty at first. */
export async function withEmptyHome(work: (rmqdev: Rmqdev) => Promise<void>, rmqdev = new Rmqdev()): Promise<void> {
  try {
    await work(rmqdev);
  } catch (error) {
    console.error(rmqdev.diagnosis());
    throw error;
  } finally {
    await rmqdev.destroy();
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error;
  }
}
