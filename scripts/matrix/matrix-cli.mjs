import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const MAIN = fileURLToPath(new URL('../../dist/bin/rmqdev.cjs', import.meta.url));

/** The name of each cell's cluster. */
export const CLUSTER = 'matrix';

/** A command that ended with an error of rmqdev's: `code` and the three parts. */
export class CommandError extends Error {
  constructor(args, { code, what, why, next }) {
    super(`\`rmqdev ${args.join(' ')}\`: ${code}: ${what}: ${why}`);
    Object.assign(this, { code, what, why, next });
  }
}

/** The command line in an RMQDEV_HOME of its own. */
export class MatrixCli {
  #home;
  #signal;
  constructor(home, signal) {
    this.#home = home;
    this.#signal = signal;
  }

  /** @returns the objects that a command prints with --json. @throws CommandError */
  async items(...args) {
    const env = { ...process.env, RMQDEV_HOME: this.#home };
    const options = { env, extendEnv: false, reject: false, stdin: 'ignore', cancelSignal: this.#signal };
    const { stdout, stderr, exitCode } = await execa(process.execPath, [MAIN, ...args, '--json'], options);
    if (exitCode === 0)
      return stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
    const said = stderr.split('\n').findLast((line) => line.startsWith('{"error"'));
    throw new CommandError(args, said ? JSON.parse(said).error : { code: `exit status ${exitCode}`, what: stderr.slice(-400), why: '' });
  }

  /** @returns the last, or only, object. */
  async last(...args) {
    return (await this.items(...args)).at(-1);
  }

  /** Leaves no node and no data, whatever came before. */
  async endCluster() {
    if (!existsSync(join(this.#home, 'clusters', CLUSTER))) return;
    const { exitCode, stderr } = await this.#end('down', '--delete', '-c', CLUSTER);
    // The home must not be removed under nodes that run.
    if (exitCode !== 0) throw new Error(`${this.#home} is left: ${stderr}`);
  }

  async endDaemon() {
    await this.#end('daemon', 'stop');
  }

  #end(...args) {
    const env = { ...process.env, RMQDEV_HOME: this.#home };
    return execa(process.execPath, [MAIN, ...args], { env, extendEnv: false, reject: false, stdin: 'ignore' });
  }
}
