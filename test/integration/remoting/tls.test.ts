import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { RemotingClient } from '../../../src/remoting/client.js';
import { speaksTls, type TlsSettings } from '../../../src/remoting/tls.js';
import { FrameServer } from './frame-server.js';

const pem = (name: string) => readFileSync(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url), 'utf8');
const never = new AbortController().signal;
const trusted: TlsSettings = { isVerified: true, ca: pem('ca') };
const ofTheAuthority = { cert: pem('node'), key: pem('node.key') };
const ofNobody = { cert: pem('self-signed'), key: pem('self-signed.key') };

const listen = (tls?: Parameters<typeof FrameServer.listen>[2]) => FrameServer.listen((_, answer) => answer({ remark: 'hello' }), 0, tls);

/** A node that hears something and ends the connection, as RocketMQ does with what it does not want; or does nothing. */
async function strange(reaction: (socket: Socket) => unknown) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('data', () => reaction(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const hangsUp = () => strange((socket) => socket.end());
const answersInText = () => strange((socket) => socket.end('220 mail.example ready\r\n'));
const isMute = () => strange(() => {});

async function call(address: string, tls: TlsSettings | undefined): Promise<string | undefined> {
  using client = new RemotingClient({ reach: () => ({ tls }) });
  return (await client.invoke(address, 105, { signal: never })).remark;
}

test('a node whose certificate the authority signed is called over TLS', async () => {
  await using server = await listen(ofTheAuthority);
  expect(await call(server.address, trusted)).toBe('hello');
});

test('a certificate for another name is taken if that name is asked for', async () => {
  await using server = await listen(ofTheAuthority);
  expect(await call(server.address, { ...trusted, serverName: 'broker.example' })).toBe('hello');
  await expect(call(server.address, { ...trusted, serverName: 'other.example' })).rejects.toMatchObject({ code: 'CERTIFICATE_UNTRUSTED' });
});

test('a self-signed certificate is refused, and taken without verification', async () => {
  await using server = await listen(ofNobody);
  await expect(call(server.address, { isVerified: true })).rejects.toMatchObject({ code: 'CERTIFICATE_UNTRUSTED' });
  await expect(call(server.address, trusted)).rejects.toMatchObject({ code: 'CERTIFICATE_UNTRUSTED' });
  expect(await call(server.address, { isVerified: false })).toBe('hello');
  expect(server.requests).toHaveLength(1);
});

test('a node that wants a certificate gets one', async () => {
  await using server = await listen({ ...ofTheAuthority, requestCert: true, ca: pem('ca') });
  expect(await call(server.address, { ...trusted, certificate: pem('client'), key: pem('client.key') })).toBe('hello');
  await expect(call(server.address, trusted)).rejects.toMatchObject({ code: 'TLS_REFUSED' });
});

test('TLS to a node that speaks none says so: whether it hangs up or answers something else', async () => {
  await using silent = await hangsUp();
  await expect(call(silent.address, trusted)).rejects.toMatchObject({ code: 'NOT_TLS' });
  await using other = await answersInText();
  await expect(call(other.address, trusted)).rejects.toMatchObject({ code: 'NOT_TLS' });
});

test('a plain call to a node that wants TLS ends unanswered, and the node can be asked for TLS', async () => {
  await using server = await listen(ofNobody);
  await expect(call(server.address, undefined)).rejects.toMatchObject({ name: 'ConnectionError', isUnanswered: true });
  using deadline = systemClock.deadline(10_000);
  expect(await speaksTls(server.address, deadline.signal)).toBe(true);
});

test('a node that speaks no TLS does not pass for one that does', async () => {
  await using silent = await hangsUp();
  await using mute = await isMute();
  using deadline = systemClock.deadline(10_000);
  expect(await speaksTls(silent.address, deadline.signal)).toBe(false);
  using aborted = systemClock.deadline(50);
  expect(await speaksTls(mute.address, aborted.signal)).toBe(false);
});

test('a connection that ends after its first answer is no refusal', async () => {
  await using server = await FrameServer.listen((request, answer, socket) => (request.code === 1 ? answer() : socket.destroy()));
  using client = new RemotingClient();
  await client.invoke(server.address, 1, { signal: never });
  await expect(client.invoke(server.address, 2, { signal: never })).rejects.toMatchObject({ isUnanswered: false });
});

test('each address is reached in its own way: TLS here, plain there, and only what has an account is signed', async () => {
  await using secure = await listen(ofNobody);
  await using plain = await listen();
  using client = new RemotingClient({
    reach: (address) =>
      address === secure.address ? { tls: { isVerified: false }, credentials: { accessKey: 'rocketmq2', secretKey: '12345678' } } : {},
  });
  for (const { address } of [secure, plain])
    await client.invoke(address, 30, { extFields: { topic: 'Test', queueId: '3' }, signal: never });
  expect(secure.requests[0]?.extFields).toMatchObject({ topic: 'Test', AccessKey: 'rocketmq2', Signature: expect.stringMatching(/=$/) });
  expect(plain.requests[0]?.extFields).toEqual({ topic: 'Test', queueId: '3' });
});
