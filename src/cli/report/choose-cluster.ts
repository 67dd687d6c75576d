import { readdirSync, readFileSync, statSync } from 'node:fs';
import { asError, RmqdevError, systemCode } from '../../base/errors.js';
import type { HomePaths } from '../../base/paths.js';
import { DaemonClient, unreachable } from '../../client/http.js';
import { DEFAULT_CLUSTER } from '../../contract/calls.js';
import type { ClusterFacts } from '../../contract/report.js';
import { PROTOCOL } from '../../contract/version.js';

/** `name` is null if there is no cluster; `facts` is null if no daemon gave them, and `why` says why not. */
export type ChosenCluster = { name: string | null; facts: ClusterFacts | null; why: string | null };

/** The report may be about a daemon that hangs. */
const HELLO_MS = 3_000;
const FACTS_MS = 20_000;
/** The errors of a socket on which nobody listens. */
const NOBODY_THERE: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED']);
const UNDECIDED: ReadonlySet<string> = new Set(['CLUSTER_AMBIGUOUS', 'CLUSTER_NOT_FOUND']);

/**
 * The cluster that is meant, and what its daemon knows. Starts no daemon: a new one would restart what has crashed, and that would
 * change what the report is about.
 * @throws RmqdevError CLUSTER_NOT_FOUND
 */
export async function chooseCluster(home: HomePaths, wanted: string): Promise<ChosenCluster> {
  const onDisk = clusterNames(home);
  try {
    const facts = await askDaemon(home, wanted);
    return { name: facts.status.cluster, facts, why: null };
  } catch (error) {
    const failure = asError(error);
    if (wanted !== DEFAULT_CLUSTER && !onDisk.includes(wanted)) throw notFound(wanted, onDisk, failure);
    const name = wanted === DEFAULT_CLUSTER ? lastUsed(home, onDisk) : wanted;
    // A report about one of several clusters is better than none. It says which one.
    const isUndecided = wanted === DEFAULT_CLUSTER && name !== null && failure instanceof RmqdevError && UNDECIDED.has(failure.code);
    return isUndecided ? chooseCluster(home, name) : { name, facts: null, why: reasonOf(failure) };
  }
}

async function askDaemon(home: HomePaths, cluster: string): Promise<ClusterFacts> {
  const client = new DaemonClient(home.socket);
  const hello = await client.call('hello', {}, AbortSignal.timeout(HELLO_MS));
  if (hello.protocol !== PROTOCOL)
    throw unreachable(`it is ${hello.version} and speaks protocol ${hello.protocol}, this rmqdev ${PROTOCOL}`);
  return client.call('report', { cluster }, AbortSignal.timeout(FACTS_MS));
}

function reasonOf(error: Error): string {
  if (error.name === 'TimeoutError') return 'the daemon does not answer in time';
  if (!(error instanceof RmqdevError)) return error.message;
  const isAbsent = error.code === 'DAEMON_UNREACHABLE' && NOBODY_THERE.has(systemCode(error.cause) ?? '');
  return isAbsent ? 'no daemon runs, and none was started for this' : `${error.text.what}: ${error.text.why}`;
}

function clusterNames(home: HomePaths): string[] {
  try {
    const folders = readdirSync(home.clusters, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return folders.map(({ name }) => name).sort();
  } catch {
    return [];
  }
}

/** The one that the daemon has noted, else the one whose folder changed last. */
function lastUsed(home: HomePaths, names: readonly string[]): string | null {
  try {
    const name = readFileSync(home.lastCluster, 'utf8').trim();
    if (names.includes(name)) return name;
  } catch {
    // A report is made when something is wrong: this may be a part of it.
  }
  const changed = (name: string) => statSync(home.cluster(name).root, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return [...names].sort((a, b) => changed(b) - changed(a))[0] ?? null;
}

function notFound(wanted: string, names: readonly string[], cause: Error): RmqdevError {
  if (cause instanceof RmqdevError && cause.code === 'CLUSTER_NOT_FOUND') return cause;
  return new RmqdevError('CLUSTER_NOT_FOUND', {
    what: `there is no cluster "${wanted}"`,
    why: names.length === 0 ? 'RMQDEV_HOME holds no cluster' : `there are ${names.join(', ')}`,
    next: 'Name one with -c, or omit -c for the one used last',
  });
}
