import { once } from 'node:events';
import { createServer } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { http2Answers } from '../../../src/remoting/http2-port.js';

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const never = new AbortController().signal;

test('a server that speaks HTTP/2 answers', async () => {
  const address = await listening(createServer() as unknown as Server);
  await expect(http2Answers(address, never)).resolves.toBeUndefined();
});

test('one that speaks something else, nobody at all, and one that says nothing do not', async () => {
  const other = await listening(createTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
  await expect(http2Answers(other, never)).rejects.toThrow();
  await expect(http2Answers('127.0.0.1:1', never)).rejects.toThrow('ECONNREFUSED');
  const mute = await listening(createTcpServer((socket) => void onTestFinished(() => void socket.destroy())));
  const abort = new AbortController();
  const asked = http2Answers(mute, abort.signal);
  abort.abort(new Error('it took too long'));
  await expect(asked).rejects.toThrow('it took too long');
});
