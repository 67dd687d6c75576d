import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { encodeFrame, FrameDecoder, type OutgoingCommand, type RemotingCommand } from '../../../src/remoting/frame.js';

export type Answer = (response?: Partial<OutgoingCommand>) => void;
type Handler = (request: RemotingCommand, answer: Answer, socket: Socket) => void;

/** A node for tests: hands each request to `handler`, on a free port of 127.0.0.1. */
export class FrameServer implements AsyncDisposable {
  readonly address: string;
  /** Requests so far, oldest first. */
  readonly requests: RemotingCommand[] = [];
  readonly sockets = new Set<Socket>();
  /** Connections accepted so far. */
  accepted = 0;
  readonly #server: Server;

  private constructor(server: Server, handler: Handler) {
    this.#server = server;
    this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (socket) => {
      this.accepted += 1;
      this.sockets.add(socket);
      const decoder = new FrameDecoder((request) => {
        this.requests.push(request);
        handler(
          request,
          (response) => socket.write(encodeFrame({ code: 0, opaque: request.opaque, isResponse: true, ...response })),
          socket,
        );
      });
      socket.on('data', (chunk) => decoder.push(chunk));
      socket.on('error', () => {});
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  static async listen(handler: Handler, port = 0): Promise<FrameServer> {
    const server = createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new FrameServer(server, handler);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
