import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import yazl from 'yazl';
import { systemClock } from '../../../src/base/clock.js';
import { HomePaths } from '../../../src/base/paths.js';
import type { InstallProgress } from '../../../src/install/progress.js';
import { type InstallContext, type ReleaseRequest, type ResolvedRelease, resolveRelease } from '../../../src/install/resolve-release.js';

export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'rmqdev-install-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

type ZipFile = { name: string; content: string | Buffer; mode?: number };

export function zipOf(files: ZipFile[]): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const { name, content, mode } of files) zip.addBuffer(Buffer.from(content), name, mode === undefined ? {} : { mode });
  zip.end();
  return buffer(zip.outputStream);
}

/** A release as Apache packs it, with `ballast` bytes that do not compress. */
export const releaseZip = (version: string, ballastBytes = 0, more: ZipFile[] = []): Promise<Buffer> => {
  const top = `rocketmq-all-${version}-bin-release`;
  return zipOf([
    { name: `${top}/bin/mqbroker`, content: '#!/bin/sh\n', mode: 0o100755 },
    { name: `${top}/conf/broker.conf`, content: 'brokerName=broker-a\n', mode: 0o100644 },
    { name: `${top}/lib/rocketmq-broker-${version}.jar`, content: 'jar' },
    { name: `${top}/lib/netty-all-4.1.65.Final.jar`, content: randomBytes(ballastBytes) },
    ...more,
  ]);
};

export async function writeRelease(dir: string, version: string): Promise<string> {
  await mkdir(join(dir, 'lib'), { recursive: true });
  await mkdir(join(dir, 'conf'), { recursive: true });
  await writeFile(join(dir, 'lib', `rocketmq-broker-${version}.jar`), 'jar');
  return dir;
}

export const sha512 = (content: Buffer): string => createHash('sha512').update(content).digest('hex');

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
type Asked = { method: string; path: string; range: string | undefined; ifRange: string | undefined };

/** An Apache mirror on a free port; `answers` are keyed by the last part of the path, all else is a 404. */
export class Mirror {
  readonly asked: Asked[] = [];
  readonly answers = new Map<string, Answer>();
  readonly #server: Server;
  private constructor() {
    this.#server = createServer((request, response) => {
      const { method = '', url: path = '', headers } = request;
      this.asked.push({ method, path, range: headers.range, ifRange: headers['if-range'] as string | undefined });
      const answer = this.answers.get(path.slice(path.lastIndexOf('/') + 1));
      if (answer) answer(request, response);
      else response.writeHead(404).end('not here');
    });
  }

  static async start(): Promise<Mirror> {
    const mirror = new Mirror();
    await new Promise<void>((done) => mirror.#server.listen(0, '127.0.0.1', done));
    onTestFinished(() => mirror.stop());
    return mirror;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/rocketmq`;
  }

  /** Offers `zip` as the release `version`, with its checksum. */
  offer(version: string, zip: Buffer, serve: Answer = serveRanges(zip)): this {
    this.answers.set(zipName(version), serve);
    this.answers.set(`${zipName(version)}.sha512`, (_, response) => response.end(`${sha512(zip)}  ${zipName(version)}\n`));
    return this;
  }

  zipRequests(): Asked[] {
    return this.asked.filter(({ path, method }) => path.endsWith('.zip') && method === 'GET');
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<unknown>((done) => this.#server.close(done));
  }
}

/** The address of a server that has just gone. */
export async function deadMirror(): Promise<string> {
  const mirror = await Mirror.start();
  const { url } = mirror;
  await mirror.stop();
  return url;
}

export const zipName = (version: string): string => `rocketmq-all-${version}-bin-release.zip`;

/** Range as RFC 9110 has it; `cutAfterBytes` breaks the connection there once. */
export function serveRanges(zip: Buffer, { cutAfterBytes = Number.POSITIVE_INFINITY, etag = '"one"' } = {}): Answer {
  let isCut = false;
  return (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const isCurrent = (request.headers['if-range'] ?? etag) === etag;
    if (from >= zip.length && isCurrent) return response.writeHead(416, { 'content-range': `bytes */${zip.length}` }).end();
    const start = isCurrent ? from : 0;
    response.writeHead(start > 0 ? 206 : 200, {
      etag,
      'content-length': zip.length - start,
      ...(start > 0 ? { 'content-range': `bytes ${start}-${zip.length - 1}/${zip.length}` } : {}),
    });
    if (isCut || zip.length <= cutAfterBytes) return response.end(zip.subarray(start));
    isCut = true;
    return response.write(zip.subarray(start, cutAfterBytes), () => response.destroy());
  };
}

export type Harness = {
  paths: HomePaths;
  progress: InstallProgress[];
  install: (request?: Partial<ReleaseRequest>, more?: Partial<InstallContext>) => Promise<ResolvedRelease>;
  /** What lies in `$RMQDEV_HOME/rocketmq`, without the lock files. */
  installed: () => Promise<string[]>;
  notices: () => string[];
};

/** An empty RMQDEV_HOME. Nothing outside is reached: no mvn on the PATH, and no mirror but those in `env`. */
export async function harness(env: NodeJS.ProcessEnv = {}): Promise<Harness> {
  const root = await temporaryFolder();
  const paths = new HomePaths(join(root, 'home'));
  const progress: InstallProgress[] = [];
  const context: InstallContext = {
    paths,
    knownVersions: ['4.9.7', '5.3.3', '5.5.0'],
    defaultVersion: '5.5.0',
    report: (step) => progress.push(step),
    signal: new AbortController().signal,
    env: { PATH: join(root, 'no-programs'), RMQDEV_APACHE_MIRRORS: await deadMirror(), ...env },
    clock: systemClock,
  };
  return {
    paths,
    progress,
    install: (request, more) =>
      resolveRelease({ wanted: undefined, rocketmqHome: undefined, from: undefined, ...request }, { ...context, ...more }),
    installed: async () => (await readdir(paths.releases).catch(() => [])).filter((name) => !name.endsWith('.lock')),
    notices: () => progress.flatMap((step) => (step.kind === 'notice' ? [step.message] : [])),
  };
}
