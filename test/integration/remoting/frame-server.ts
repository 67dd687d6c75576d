import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { encodeFrame, FrameDecoder, type OutgoingCommand, type RemotingCommand } from '../../../src/remoting/frame.js';

export type Answer = (response?: Partial<OutgoingCommand>) => void;
type Handler = (request: RemotingCommand, answer: Answer, socket: Socket) => void;

/** A node for tests: hands each request to `handler`, on a free port of 127.0.0.1 if none is given. */
export class FrameServer implements AsyncDisposable {
  readonly address: string;
  /** Requests so far, oldest first. */
  readonly requests: RemotingCommand[] = [];
  readonly sockets = new Set<Socket>();
  /** Connections accepted so far. */
  accepted = 0;
  readonly #server: Server;

  private constructor(server: Server, handler: Handler, isTls: boolean) {
    this.#server = server;
    const { address, port } = server.address() as AddressInfo;
    this.address = `${address}:${port}`;
    server.on('tlsClientError', () => {});
    server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
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
      socket.on('data', (chunk) => {
        try {
          decoder.push(chunk);
        } catch {
          // As a node does with what is no frame, such as TLS.
          socket.destroy();
        }
      });
      socket.on('error', () => {});
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  /** @param tls only TLS is spoken, as with `tls.server.mode=enforcing`. */
  static async listen(handler: Handler, port = 0, tls?: TlsOptions, host = '127.0.0.1'): Promise<FrameServer> {
    const server = tls ? createTlsServer(tls) : createServer();
    server.listen(port, host);
    await once(server, 'listening');
    return new FrameServer(server, handler, tls !== undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
