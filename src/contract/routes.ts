import { z } from 'zod';
import { CALLS, type Place } from './calls.js';
import { JournalEvent, KillItem, Plan, ProgressItem } from './events.js';
import { Explanation } from './findings.js';
import { ClusterFacts } from './report.js';
import { ClusterStatus, ClusterSummary } from './status.js';

/**
 * Every call between client and daemon: HTTP/JSON over the Unix socket. Both sides import this; types follow from the schemas.
 * Names in a path come from the path, the rest of a GET from the query (coerced), of a POST or DELETE from a JSON body.
 * A stream answers NDJSON lines: `{"item":…}` any number of times, then `{"result":…}` or `{"error":…}`.
 */
const route = <P extends z.ZodType, R extends z.ZodType>(place: Place, params: P, result: R) => ({
  kind: 'call' as const,
  ...place,
  params,
  result,
});
const stream = <P extends z.ZodType, I extends z.ZodType, R extends z.ZodType>(place: Place, params: P, item: I, result: R) => ({
  kind: 'stream' as const,
  ...place,
  params,
  item,
  result,
});

const cluster = z.string().min(1);
const selectors = z.array(z.string().min(1)).min(1).describe('ids, live roles, brokerNames, globs, groups');
const timeoutMs = z.coerce.number().int().positive();
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
/** A list in a query string: repeated, or once. */
const list = z.union([z.array(z.string()), z.string().transform((text) => [text])]);

/** The parts of the caller's environment that decide about profile, release and JDK. */
export const CallerEnvironment = z.strictObject({
  cwd: z.string(),
  PATH: z.string().optional(),
  JAVA_HOME: z.string().optional(),
  ROCKETMQ_HOME: z.string().optional(),
  HOME: z.string().optional(),
});
export type CallerEnvironment = z.infer<typeof CallerEnvironment>;

const ProfileRequest = {
  profile: z.string().min(1),
  caller: CallerEnvironment,
  set: z.array(z.string()),
  heap: z.array(z.string()),
  rocketmq: z.string().optional(),
  java: z.string().optional(),
};

const UpParams = z.strictObject({
  ...ProfileRequest,
  name: z.string().optional(),
  from: z.string().optional().describe('apache, maven or a path'),
  dashboard: z
    .string()
    .nullable()
    .optional()
    .describe(
      'adds a dashboard: the absolute path of its jar, or an empty text for the one in RMQDEV_HOME/dashboard; null: removes one that an earlier `up` added; omit to keep it',
    ),
  host: z.string().optional().describe('which of the hosts of the profile this machine is; omit if its addresses tell'),
  debug: z.boolean(),
  strictPorts: z.boolean(),
  wait: z.boolean(),
  timeoutMs,
});
export type UpParams = z.infer<typeof UpParams>;

export const UpResult = ClusterStatus.extend({
  readyMs: z.number().nullable().describe('from the call to ready and in sync; null with --no-wait'),
  stages: z.record(z.string(), z.number()).describe('ms per stage'),
});
export type UpResult = z.infer<typeof UpResult>;

const nodesChange = { cluster, selectors, timeoutMs };

const InstalledRelease = z.object({
  version: z.string(),
  home: z.string(),
  source: z.string(),
  sizeBytes: z.int(),
  supported: z.boolean(),
});
const Leftover = z.object({ path: z.string(), what: z.string(), sizeBytes: z.int() });

export const ROUTES = {
  hello: route(CALLS.hello, z.strictObject({}), z.object({ version: z.string(), protocol: z.int(), pid: z.int(), startedAt: z.string() })),
  shutdown: route(CALLS.shutdown, z.strictObject({}), z.object({ pid: z.int() })),
  clusters: route(
    CALLS.clusters,
    z.strictObject({}),
    z.object({
      clusters: z.array(ClusterSummary),
      broken: z.array(z.object({ cluster: z.string(), why: z.string() })).describe('clusters whose state cannot be read'),
      recovered: z
        .array(z.object({ cluster: z.string(), note: z.string() }))
        .describe('what was wrong with the files of a cluster and is repaired'),
    }),
  ),
  resolveCluster: route(
    CALLS.resolveCluster,
    z.strictObject({ cluster, for: z.enum(['reading', 'changing', 'down']) }),
    z.object({ cluster: z.string(), alsoRunning: z.array(z.string()).describe('other clusters that run, if none was named') }),
  ),
  clusterStatus: route(CALLS.clusterStatus, z.strictObject({ cluster, selector: list.optional() }), ClusterStatus),
  clusterReach: route(
    CALLS.clusterReach,
    z.strictObject({ cluster }),
    z.object({
      credentials: z
        .object({ accessKey: z.string(), secretKey: z.string() })
        .nullable()
        .describe('the account that may do everything; null without access control'),
      tls: z.boolean().describe('its nodes accept only TLS'),
    }),
  ),
  plan: stream(CALLS.plan, UpParams, ProgressItem, Plan),
  up: stream(CALLS.up, UpParams, ProgressItem, UpResult),
  down: stream(
    CALLS.down,
    z.strictObject({ cluster, remove: z.boolean(), timeoutMs }),
    ProgressItem,
    z.object({ cluster: z.string(), tookMs: z.number(), proof: z.array(z.string()), deleted: z.string().nullable() }),
  ),
  stop: stream(CALLS.stop, z.strictObject(nodesChange), ProgressItem, ClusterStatus),
  start: stream(CALLS.start, z.strictObject({ ...nodesChange, wait: z.boolean() }), ProgressItem, ClusterStatus),
  restart: stream(CALLS.restart, z.strictObject(nodesChange), ProgressItem, ClusterStatus),
  pause: route(CALLS.pause, z.strictObject({ cluster, selectors }), ClusterStatus),
  resume: route(CALLS.resume, z.strictObject({ cluster, selectors }), ClusterStatus),
  kill: stream(
    CALLS.kill,
    z.strictObject({ cluster, selectors, signal: z.string(), restart: z.boolean(), timeoutMs }),
    KillItem,
    z.object({ killed: z.array(z.string()) }),
  ),
  wait: stream(
    CALLS.wait,
    z.strictObject({ cluster, selectors, for: z.enum(['ready', 'in-sync', 'stopped']), timeoutMs }),
    ProgressItem,
    ClusterStatus,
  ),
  events: stream(
    CALLS.events,
    z.strictObject({
      cluster,
      follow: flag,
      lines: z.coerce.number().int().min(0).optional(),
      selector: list.optional(),
    }),
    JournalEvent,
    z.object({}),
  ),
  logFiles: route(
    CALLS.logFiles,
    z.strictObject({ cluster, selector: list.optional() }),
    z.object({
      nodes: z.array(z.string()),
      files: z
        .array(
          z.object({
            node: z.string(),
            file: z.string().describe('absolute path; the file may not exist if nothing was written to it'),
            shown: z.enum(['always', 'warnings', 'on-request']).describe('by `rmqdev logs` without --file'),
          }),
        )
        .describe('every log that the nodes write; the caller reads them itself'),
      notice: z.string().nullable(),
    }),
  ),
  explain: route(
    CALLS.explain,
    z.strictObject({ cluster, selector: list.optional().describe('if omitted: the nodes with something to report') }),
    z.object({ cluster: z.string(), explanations: z.array(Explanation), notice: z.string().nullable() }),
  ),
  report: route(CALLS.report, z.strictObject({ cluster }), ClusterFacts),
  reset: stream(CALLS.reset, z.strictObject(nodesChange), ProgressItem, ClusterStatus),
  clean: route(
    CALLS.clean,
    z.strictObject({ dryRun: z.boolean(), all: z.boolean() }),
    z.object({ leftovers: z.array(Leftover), removed: z.boolean() }),
  ),
  profiles: route(
    CALLS.profiles,
    z.strictObject({ cwd: z.string() }),
    z.object({
      profiles: z.array(
        z.object({
          name: z.string(),
          aliases: z.array(z.string()),
          description: z.string(),
          nodes: z.int(),
          file: z.string(),
          source: z.string(),
          problem: z.string().nullable().describe('why it cannot be used'),
        }),
      ),
    }),
  ),
  profileShow: route(
    CALLS.profileShow,
    z.strictObject(ProfileRequest),
    z.object({ yaml: z.string(), warnings: z.array(z.string()), profile: z.unknown() }),
  ),
  install: stream(
    CALLS.install,
    z.strictObject({ version: z.string().optional(), from: z.string().optional(), caller: CallerEnvironment }),
    ProgressItem,
    InstalledRelease,
  ),
  versions: route(
    CALLS.versions,
    z.strictObject({}),
    z.object({ installed: z.array(InstalledRelease), supported: z.array(z.string()), default: z.string() }),
  ),
} as const;

type Table = typeof ROUTES;
export type Call = { [K in keyof Table]: Table[K]['kind'] extends 'call' ? K : never }[keyof Table];
export type Stream = { [K in keyof Table]: Table[K]['kind'] extends 'stream' ? K : never }[keyof Table];
export type Params<K extends keyof Table> = z.infer<Table[K]['params']>;
/** As the caller writes them: before defaults and coercion. */
export type ParamsInput<K extends keyof Table> = z.input<Table[K]['params']>;
export type Result<K extends keyof Table> = z.infer<Table[K]['result']>;
export type Item<S extends Stream> = z.infer<Table[S]['item']>;

export type Emit<S extends Stream> = (item: Item<S>) => void | Promise<void>;
/** `signal` aborts when the caller's connection closes: it ends waiting and reading only; an accepted change goes on. */
export type Handlers = { [C in Call]: (params: Params<C>, signal: AbortSignal) => Promise<Result<C>> } & {
  [S in Stream]: (params: Params<S>, signal: AbortSignal, emit: Emit<S>) => Promise<Result<S>>;
};

/** The last line of a stream, or one of its items. */
export type StreamLine<S extends Stream> =
  | { item: Item<S> }
  | { result: Result<S> }
  | { error: { code: string; what: string; why: string; next: string } };
