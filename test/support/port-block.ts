import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below the ephemeral ports of Linux (from 32768) and macOS (from 49152), above RocketMQ's own. */
const FIRST = 13_000;
const LAST = 31_000;
const SIZE = 200;

/**
 * Ports that belong to one test: the first of a block is held as long as the test runs, so that tests side by side, in whatever
 * process, never choose the same; all others were free when it was claimed.
 */
export class PortBlock implements AsyncDisposable {
  private constructor(
    private readonly first: number,
    private readonly claim: Server,
  ) {}

  static async claim(): Promise<PortBlock> {
    const blocks = (LAST - FIRST) / SIZE;
    const start = process.pid % blocks;
    for (let i = 0; i < blocks; i += 1) {
      const first = FIRST + ((start + i) % blocks) * SIZE;
      const claim = await listen(first);
      if (claim === undefined) continue;
      if (await areFree(first + 1, first + SIZE - 1)) return new PortBlock(first, claim);
      await close(claim);
    }
    throw new Error(`no block of ${SIZE} free ports from ${FIRST} to ${LAST}`);
  }

  /** @param offset 1 to 199 */
  at(offset: number): number {
    return this.first + offset;
  }

  /** The block is this process's until it ends, and does not keep it from ending. */
  keep(): void {
    this.claim.unref();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await close(this.claim);
  }
}

/** @returns a server on `port` of every address, or undefined where it is taken. */
export async function listen(port: number): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  server.listen({ port, exclusive: true });
  return once(server, 'listening').then(
    () => server,
    () => undefined,
  );
}

export async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

async function areFree(from: number, to: number): Promise<boolean> {
  const servers = await Promise.all(Array.from({ length: to - from + 1 }, (_, i) => listen(from + i)));
  await Promise.all(servers.map((server) => server && close(server)));
  return servers.every((server) => server !== undefined);
}
