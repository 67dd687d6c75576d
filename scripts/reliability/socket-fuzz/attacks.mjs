import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const json = (method, path, body, more = '') =>
  `${method} ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${more}\r\n${body}`;
const pick = (random, list) => list[Math.floor(random() * list.length)];
const PATHS = ['/v1/hello', '/v1/clusters', '/v1/clusters/k', '/v1/clusters/k/events', '/v1/clusters/k/logs', '/v1/versions'];
const CHANGES = ['/v1/up', '/v1/plan', '/v1/clean', '/v1/clusters/k/kill', '/v1/clusters/k/stop', '/v1/clusters/k/down', '/v1/install'];
const noise = (random, length) => Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));

/** What each kind sends; `waits`: it keeps the connection open without sending the rest. None of it is a valid call that changes something. */
export const ATTACKS = {
  noise: (random) => ({ data: noise(random, 1 + Math.floor(random() * 4_000)) }),
  'broken-request-line': (random) => ({
    data: `${pick(random, ['GET', 'get', 'P\0ST', ''])} ${pick(random, PATHS)}\r\r\n HTTP/9.9\r\n\r\n`,
  }),
  'huge-header': () => ({ data: `GET /v1/hello HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(64 * 1024)}\r\n\r\n` }),
  'many-headers': () => ({ data: `GET /v1/hello HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(5_000)}\r\n` }),
  'huge-body': (random) => ({ data: json('POST', pick(random, CHANGES), `{"x":"${'a'.repeat(3 * 1024 * 1024)}"}`) }),
  'huge-chunked-body': (random) => ({
    data: `POST ${pick(random, CHANGES)} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${`10000\r\n${'a'.repeat(65_536)}\r\n`.repeat(20)}0\r\n\r\n`,
  }),
  'huge-url': () => ({ data: `GET /v1/clusters/${'a'.repeat(12_000)} HTTP/1.1\r\nhost: x\r\n\r\n` }),
  'wrong-body': (random) => ({
    data: json(
      'POST',
      pick(random, CHANGES),
      pick(random, ['{', '[]', 'null', '"x"', '{"__proto__":{"a":1}}', '{"wat":1}', '\u0000', '1e999']),
    ),
  }),
  'wrong-type': (random) => ({
    data: `POST ${pick(random, CHANGES)} HTTP/1.1\r\nhost: x\r\ncontent-type: text/xml\r\ncontent-length: 3\r\n\r\n<a>`,
  }),
  'wrong-method': (random) => ({
    data: json(pick(random, ['PUT', 'PATCH', 'DELETE', 'TRACE', 'OPTIONS', 'QUERY']), pick(random, PATHS), '{}'),
  }),
  'wrong-path': (random) => ({ data: `GET /${noise(random, 20).toString('hex')}/../%00%ff HTTP/1.1\r\nhost: x\r\n\r\n` }),
  'wrong-query': (random) => ({ data: `GET ${pick(random, PATHS)}?follow=perhaps&lines=-1&wat=1 HTTP/1.1\r\nhost: x\r\n\r\n` }),
  upgrade: () => ({ data: 'GET /v1/hello HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n' }),
  'connect-method': () => ({ data: 'CONNECT example.org:80 HTTP/1.1\r\nhost: x\r\n\r\n' }),
  pipelined: (random) => ({ data: `GET ${pick(random, PATHS.slice(0, 2))} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(50) }),
  'length-too-long': () => ({
    data: 'POST /v1/clean HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
    waits: true,
  }),
  'two-lengths': () => ({
    data: 'POST /v1/clean HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\nx',
  }),
  slowloris: () => ({ data: 'GET /v1/hello HTTP/1.1\r\nhost: x\r\nx-slow: ', waits: true }),
  silent: () => ({ data: '', waits: true }),
  'half-closed': (random) => ({ data: `GET ${pick(random, PATHS)} HTTP/1.1\r\nhost: x\r\n\r\n`, halfCloses: true }),
  'gone-at-once': (random) => ({ data: `GET ${pick(random, PATHS)} HTTP/1.1\r\nhost: x\r\n\r\n`, destroys: true }),
  'reads-nothing': () => ({ data: 'GET /v1/clusters/k/events?follow=true HTTP/1.1\r\nhost: x\r\n\r\n', waits: true, readsNothing: true }),
};

/** Makes one attack, again where the daemon's queue was full and took nothing. @returns the status of the answer, or null */
export async function attack(socketPath, kind, random, patienceMs) {
  const what = ATTACKS[kind](random);
  for (;;) {
    const { code, status } = await once(socketPath, what, patienceMs);
    if (code !== 'EAGAIN') return status;
    await sleep(50);
  }
}

/** Resolves when the connection has ended; one that waits is given up by us after `patienceMs`. Never rejects. */
function once(socketPath, { data, waits = false, halfCloses = false, destroys = false, readsNothing = false }, patienceMs) {
  let code;
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    let status = null;
    const timer = setTimeout(() => socket.destroy(), waits ? patienceMs : 30_000);
    socket.on('error', (error) => {
      code = error.code;
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve({ code, status });
    });
    if (!readsNothing) socket.on('data', (chunk) => (status ??= /^HTTP\/1\.1 (\d+)/.exec(chunk.toString('latin1'))?.[1] ?? null));
    socket.on('connect', () => {
      if (destroys) socket.write(data, () => socket.destroy());
      else if (halfCloses) socket.end(data);
      else socket.write(data);
      // What does not wait ends after its answer, or a moment without one.
      if (!waits && !destroys) socket.setTimeout(300, () => socket.destroy());
    });
  });
}
