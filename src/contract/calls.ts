/** The path of each call. Separate from the schemas, so that the CLI does not load them (zod costs a third of an empty Node.js start). */
export type Place = { method: 'GET' | 'POST' | 'DELETE'; path: string };

/** Stands for a cluster's name: the only running one, else the last one used. */
export const DEFAULT_CLUSTER = '@default';

export const CALLS = {
  hello: { method: 'GET', path: '/v1/hello' },
  shutdown: { method: 'POST', path: '/v1/shutdown' },
  clusters: { method: 'GET', path: '/v1/clusters' },
  resolveCluster: { method: 'GET', path: '/v1/clusters/:cluster/resolve' },
  clusterStatus: { method: 'GET', path: '/v1/clusters/:cluster' },
  clusterReach: { method: 'GET', path: '/v1/clusters/:cluster/reach' },
  plan: { method: 'POST', path: '/v1/plan' },
  up: { method: 'POST', path: '/v1/up' },
  down: { method: 'POST', path: '/v1/clusters/:cluster/down' },
  stop: { method: 'POST', path: '/v1/clusters/:cluster/stop' },
  start: { method: 'POST', path: '/v1/clusters/:cluster/start' },
  restart: { method: 'POST', path: '/v1/clusters/:cluster/restart' },
  pause: { method: 'POST', path: '/v1/clusters/:cluster/pause' },
  resume: { method: 'POST', path: '/v1/clusters/:cluster/resume' },
  kill: { method: 'POST', path: '/v1/clusters/:cluster/kill' },
  wait: { method: 'POST', path: '/v1/clusters/:cluster/wait' },
  events: { method: 'GET', path: '/v1/clusters/:cluster/events' },
  logFiles: { method: 'GET', path: '/v1/clusters/:cluster/log-files' },
  explain: { method: 'GET', path: '/v1/clusters/:cluster/explain' },
  report: { method: 'GET', path: '/v1/clusters/:cluster/report' },
  reset: { method: 'POST', path: '/v1/clusters/:cluster/reset' },
  clean: { method: 'POST', path: '/v1/clean' },
  profiles: { method: 'GET', path: '/v1/profiles' },
  profileShow: { method: 'POST', path: '/v1/profile-show' },
  install: { method: 'POST', path: '/v1/install' },
  versions: { method: 'GET', path: '/v1/versions' },
} as const satisfies Record<string, Place>;
