import { EventEmitter } from 'node:events';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Handlers, ParamsInput } from '../../src/contract/routes.js';

type Inject = { method: 'GET' | 'POST'; url: string; payload: string };

/** `request` of node:http as far as the client uses it, answered by `server` without a socket. */
export const requestTo =
  (server: () => FastifyInstance) =>
  ({ method, path, headers }: RequestOptions, answered: (response: IncomingMessage) => void): EventEmitter => {
    const sent = Object.assign(new EventEmitter(), {
      end: (payload = '') => {
        const request = { method, url: path, payload, headers } as Inject;
        server()
          .inject(request)
          .then(
            ({ statusCode, headers: told = {}, payload: text }) =>
              answered(Object.assign(Readable.from([text]), { statusCode, headers: told }) as unknown as IncomingMessage),
            (error: Error) => sent.emit('error', error),
          );
      },
    });
    return sent;
  };

/** Handlers that keep what they are called with, and answer `{}`; `overrides` do more. */
export function recordingHandlers(calls: { name: string; params: unknown }[], overrides: Partial<Handlers> = {}): Handlers {
  return new Proxy(overrides, {
    get: (target, name) =>
      Reflect.get(target, name) ??
      (async (params: unknown) => {
        calls.push({ name: String(name), params });
        return {};
      }),
  }) as Handlers;
}

const caller = { cwd: '/work dir/ü', PATH: '/usr/bin:/bin', JAVA_HOME: '/jdk', ROCKETMQ_HOME: '/rocketmq', HOME: '/home/me' };
const profile = {
  profile: './my cluster.yaml',
  caller,
  set: ['broker-a.properties.x=a&b=c', ''],
  heap: ['512m'],
  rocketmq: '4.9.7',
  java: '17',
};
const up = { ...profile, name: 'test', from: 'maven', debug: true, strictPorts: false, wait: true, timeoutMs: 300_000 };
const nodes = { cluster: '@default', selectors: ['broker-*', 'master-a'], timeoutMs: 1_500 };
/** A call of each kind, with everything that it may carry. */
export const SAMPLES: { [K in keyof Handlers]: ParamsInput<K> } = {
  hello: {},
  shutdown: {},
  clusters: {},
  resolveCluster: { cluster: 'a b/ü?', for: 'reading' },
  clusterStatus: { cluster: 'a b/ü?', selector: ['broker-a', 'master-b'] },
  clusterReach: { cluster: '2m2s' },
  plan: up,
  up,
  down: { cluster: '2m2s', remove: true, timeoutMs: 1 },
  stop: nodes,
  start: { ...nodes, wait: false },
  restart: nodes,
  pause: { cluster: '2m2s', selectors: ['all'] },
  resume: { cluster: '2m2s', selectors: ['all'] },
  kill: { ...nodes, signal: 'SIGTERM', restart: true },
  wait: { ...nodes, for: 'in-sync' },
  events: { cluster: '2m2s', follow: false, lines: 0, selector: ['broker-a'] },
  logFiles: { cluster: '2m2s', selector: ['broker-*', 'ü&c=%2F\\d+'] },
  explain: { cluster: '2m2s', selector: ['broker-a', 'master-b'] },
  report: { cluster: 'a b/ü?' },
  reset: nodes,
  clean: { dryRun: true, all: false },
  profiles: { cwd: '/work dir/ü&x=1' },
  profileShow: profile,
  install: { version: '5.5.0', from: '/some/zip', caller },
  versions: {},
};
