import { connect, createServer } from 'node:net';

/** With a full accept queue a connection hangs: then somebody listens there. */
const CONNECT_TIMEOUT_MS = 500;

/**
 * @returns whether a server could listen on `port` of every address now. Binding alone is not enough: with
 * SO_REUSEADDR macOS lets a wildcard listener join one that holds only 127.0.0.1, so a connection is tried too.
 */
export async function isPortFree(port: number): Promise<boolean> {
  return (await canBind(port)) && !(await answers(port));
}

function canBind(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: CONNECT_TIMEOUT_MS });
    const done = (isTaken: boolean) => {
      socket.destroy();
      resolve(isTaken);
    };
    // A free port in the ephemeral range can be picked as the source port too; TCP then connects the socket to itself.
    socket.once('connect', () => done(socket.localPort !== port));
    socket.once('timeout', () => done(true));
    socket.once('error', () => done(false));
  });
}
