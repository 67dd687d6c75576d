import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Plan } from '../../src/contract/events.js';
import type { ClusterStatus } from '../../src/contract/status.js';
import { until } from './until.js';

const CLI = fileURLToPath(new URL('../../dist/bin/rmqdev.cjs', import.meta.url));

export type Json = Record<string, unknown>;
export type Failure = { code: string; what: string; why: string; next: string };

/** How a command ended, and what it said. */
export class Outcome {
  constructor(
    readonly code: number | null,
    readonly stdout: string,
    readonly stderr: string,
  ) {}

  /** The one object, or the last line, that `--json` printed. */
  get json(): Json {
    return this.lines.at(-1) ?? {};
  }
  /** The same, of a command that ends with a cluster's status. */
  get status(): ClusterStatus {
    return this.json as ClusterStatus;
  }
  /** Every line that `--json` printed. */
  get lines(): Json[] {
    return jsonLines(this.stdout);
  }
  /** Node id to state, of a command that ends with a cluster's status. */
  get states(): Record<string, string> {
    return Object.fromEntries(this.status.nodes.map(({ id, state }) => [id, state]));
  }
  /** Of `up --json`: what it was going to do with each node. */
  get planned(): Record<string, { change: string; changes: string[] }> {
    const { plan } = this.lines.find(({ event }) => event === 'plan') as { plan: Plan };
    return Object.fromEntries(plan.nodes.map(({ id, change, changes }) => [id, { change, changes }]));
  }
  /** What `--json` said on stderr of a failure. */
  get error(): Failure {
    return JSON.parse(this.stderr.trim().split('\n').at(-1) ?? '').error;
  }
}

/** One run of the built CLI. */
export class CliProcess {
  stdout = '';
  stderr = '';
  readonly outcome: Promise<Outcome>;
  readonly #child: ChildProcess;

  constructor(args: readonly string[], options: { env: NodeJS.ProcessEnv; cwd: string; command?: readonly string[] }) {
    const [command = process.execPath, ...prefix] = [...(options.command ?? []), process.execPath];
    this.#child = spawn(command, [...prefix, CLI, ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout?.on('data', (chunk) => {
      this.stdout += chunk;
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.stderr += chunk;
    });
    this.outcome = once(this.#child, 'close').then(([code]) => new Outcome(code, this.stdout, this.stderr));
  }

  get lines(): Json[] {
    return jsonLines(this.stdout);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves once what it has printed so far passes `check`. */
  until<T>(check: (self: this) => T | Promise<T>): Promise<T> {
    return until(() => check(this));
  }
}

function jsonLines(text: string): Json[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
