import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const JAVA = fileURLToPath(new URL('../../fakes/fake-jdk/bin/java', import.meta.url));
const MAIN_CLASS = { namesrv: 'org.apache.rocketmq.namesrv.NamesrvStartup', broker: 'org.apache.rocketmq.broker.BrokerStartup' } as const;

type Exit = { code: number | null; signal: NodeJS.Signals | null };

/** One fake JVM that was launched. */
export class FakeNode {
  stdout = '';
  stderr = '';
  readonly process: ChildProcess;
  readonly exit: Promise<Exit>;
  readonly home: string;
  constructor(process: ChildProcess, home: string) {
    this.process = process;
    this.home = home;
    process.stdout?.on('data', (chunk) => {
      this.stdout += chunk;
    });
    process.stderr?.on('data', (chunk) => {
      this.stderr += chunk;
    });
    this.exit = once(process, 'close').then(([code, signal]) => ({ code, signal }));
  }

  path(...parts: string[]): string {
    return join(this.home, ...parts);
  }

  read(...parts: string[]): string {
    return readFileSync(this.path(...parts), 'utf8');
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.process.kill(signal);
    return this.exit;
  }
}

/** Fake JVMs below one temporary folder; all are gone when it is disposed. */
export class FakeCluster implements AsyncDisposable {
  readonly root = mkdtempSync(join(tmpdir(), 'rmqdev-fake-jvm-'));
  readonly #nodes: FakeNode[] = [];

  /** A second launch under the same `id` finds the first one's folder. */
  launch(
    role: keyof typeof MAIN_CLASS,
    id: string,
    config: Record<string, string | number>,
    environment: NodeJS.ProcessEnv = {},
  ): FakeNode {
    const home = join(this.root, id);
    mkdirSync(home, { recursive: true });
    const file = join(home, 'node.conf');
    const lines = Object.entries({ storePathRootDir: join(home, 'store'), ...config }).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(file, lines.join(''));
    const options = [`-Duser.home=${home}`, '-Xmx256m', '--add-opens', 'java.base/java.nio=ALL-UNNAMED', '-cp', 'a.jar:b.jar'];
    const child = spawn(JAVA, [...options, MAIN_CLASS[role], '-c', file], { env: { ...process.env, ...environment } });
    const node = new FakeNode(child, home);
    this.#nodes.push(node);
    return node;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.stop('SIGKILL')));
    rmSync(this.root, { recursive: true });
  }
}

async function bind(port: number): Promise<Server | undefined> {
  const server = createServer();
  server.listen(port);
  return once(server, 'listening').then(
    () => server,
    () => undefined,
  );
}

const boundPort = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
};

/** @returns `count` ports P of which P-2 to P+1 are free and no two overlap. */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  const ports: number[] = [];
  while (ports.length < count) {
    const first = await bind(0);
    if (first === undefined) continue;
    const port = boundPort(first);
    const others = await Promise.all([port - 2, port - 1, port + 1].map(bind));
    held.push(first, ...others.filter((server) => server !== undefined));
    if (others.every((server) => server !== undefined)) ports.push(port);
  }
  await Promise.all(held.map((server) => once(server.close(), 'close')));
  return ports;
}
