import { connect } from 'node:net';

/** A connection over which nothing is sent. */
export type HeldConnection = {
  /** Resolves when it is there, or was refused. Never rejects. */
  settled: Promise<void>;
  close(): void;
};

/** Opens a connection; it does not keep this process alive. */
export function holdConnection(host: string, port: number): HeldConnection {
  const socket = connect({ host, port });
  socket.unref();
  const settled = new Promise<void>((resolve) => {
    socket.once('connect', () => resolve());
    // Also of a peer that resets it later.
    socket.on('error', () => resolve());
  });
  return { settled, close: () => socket.destroy() };
}
