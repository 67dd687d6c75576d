import { existsSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { arch, cpus, homedir, release, type } from 'node:os';
import { delimiter, join } from 'node:path';
import { systemClock as clock } from '../../base/clock.js';
import { RmqdevError } from '../../base/errors.js';
import type { Finding } from '../../base/finding.js';
import { HomePaths, MAX_SOCKET_PATH_BYTES } from '../../base/paths.js';
import { greet } from '../../client/daemon-process.js';
import { DaemonClient } from '../../client/http.js';
import type { DoctorFacts } from '../../diagnose/doctor/facts.js';
import { type Known, notKnown, type RocketMqProcess, type StoreFacts } from '../../diagnose/preflight/facts.js';
import type { PreflightPlan } from '../../diagnose/preflight/plan.js';
import { type HomeState, homeOfNode } from '../../diagnose/preflight/processes.js';
import { findJdk, type JdkWorld, listJdks } from '../../install/jdk.js';
import { usualPlaces } from '../../install/jdk-places.js';
import { listReleases } from '../../install/list-releases.js';
import { bounded } from '../../machine/bounded.js';
import { busyPorts } from '../../machine/busy-ports.js';
import { environmentFacts } from '../../machine/environment.js';
import { clusterOf, type HomeCluster, homeClusters } from '../../machine/home-clusters.js';
import { clockFacts } from '../../machine/host-clock.js';
import { THIS_MACHINE } from '../../machine/machine-world.js';
import { ownHosts } from '../../machine/own-hosts.js';
import { preflightFacts } from '../../machine/preflight-facts.js';
import { firstAllowedPort } from '../../machine/privileged-ports.js';
import { advertiseFacts, ownInterfaces } from '../../machine/reach.js';
import { rocketMqProcesses } from '../../machine/rocketmq-processes.js';
import { sleepSettings } from '../../machine/sleep.js';
import { storeFacts } from '../../machine/store.js';
import { currentPlatform } from '../../process/current-platform.js';
import { clusterNameOf } from '../../profile/find-profile.js';
import type { Profile } from '../../profile/profile.js';
import type { ProfileOptions } from '../profile-options.js';
import { requestedProfile } from '../requested-profile.js';
import { hopsOf } from './hops-of-profile.js';
import { hostHere, partHere } from './host-here.js';
import { planOfCluster, planOfProfile, wantedPorts, wantedRelease } from './plan-of-profile.js';

export type DoctorRequest = ProfileOptions & {
  /** None of both: DEFAULT_PROFILE. */
  profile?: string | undefined;
  cluster?: string | undefined;
  /** An address to try; empty: those of the profile or cluster. */
  advertise?: string | undefined;
};

const DEFAULT_PROFILE = '2m2s';

/** If one thing on the machine hangs, `doctor` still reports the rest. */
const ANSWER_MS = 2_000;
/** If RocketMQ's own lookup is slow, it takes 5 s: after this time it counts as slow. */
const HOST_NAME_WAIT_MS = 2_500;

/**
 * Finds out everything that `doctor` judges, all at the same time; starts no daemon and writes nothing.
 * @throws RmqdevError if the profile or the release that was asked for is not one
 */
export async function gather(home: HomePaths, request: DoctorRequest): Promise<DoctorFacts> {
  const { env } = process;
  const platform = currentPlatform();
  const { clusters, broken } = await homeClusters(home);
  const profile = await wantedProfile(home, request, clusters);
  const [processes, wanted] = await Promise.all([
    bounded(async () => rocketMqProcesses(await platform.processTable()), ANSWER_MS, clock),
    wantedRelease(profile.rocketmq, env.ROCKETMQ_HOME),
  ]);
  const folders = new Set(processes.value?.map(({ nodeFolder }) => nodeFolder));
  const isAlive = (folder: string) => folders.has(folder);
  const existing = clusters.find(({ name }) => name === clusterNameOf(profile));
  const here = partHere(profile, hostHere(existing, await ownHosts(profile.hosts ?? [], ownInterfaces())));
  const plan = planOfProfile(here, { version: wanted.version, home, existing, isAlive });
  const running = new Set(plan.nodes.flatMap(({ id, change }) => (change === 'none' ? [id] : [])));
  const all = await wantedPorts(profile, { existing, others: clusters.filter((cluster) => cluster !== existing), running });
  const ports = all.filter(({ node }) => here.nodes.some(({ id }) => id === node));

  const [preflight, java, releases, busy, allowed, looked, leftovers, homes, environment, sleep, clocks, advertise, hops, hasMaven] =
    await Promise.all([
      preflightFacts(plan, { machine: THIS_MACHINE, platform, clock, hostNameWaitMs: HOST_NAME_WAIT_MS }),
      bounded(() => javaFacts(here, wanted.version), ANSWER_MS + 500, clock),
      listReleases(home),
      bounded(
        () =>
          busyPorts(
            ports.flatMap((each) => Object.values(each.ports)),
            platform,
          ),
        ANSWER_MS,
        clock,
      ),
      firstAllowedPort(THIS_MACHINE),
      Promise.all(clusters.map((cluster) => lookAtStores(planOfCluster(cluster, home, isAlive)))),
      leftoversOf(home),
      homeStates(home, processes.value ?? []),
      environmentFacts(env, clusters.map(addressOf), clock),
      sleepSettings(THIS_MACHINE, clock),
      clockFacts(THIS_MACHINE),
      request.advertise ? advertiseFacts(request.advertise, runningBroker(clusters, isAlive), clock) : undefined,
      request.advertise === undefined ? [] : hopsOf({ profile, clusters, address: request.advertise, isRunning: running.size > 0, clock }),
      isOnPath('mvn', env),
    ]);
  return {
    ...preflight,
    // `clusters` has the stores: whether they fit depends on the release that each cluster ran last.
    stores: new Map(),
    system: { name: type(), release: release(), arch: arch(), cores: cpus().length },
    profile: profile.name,
    plan,
    home: { root: home.root, socketPath: home.socket, socketLimitBytes: MAX_SOCKET_PATH_BYTES },
    java,
    release: {
      wanted: wanted.version,
      home: wanted.home ?? releases.find(({ version }) => version === wanted.version)?.home,
      installed: [...new Set(releases.map(({ version }) => version))],
      hasMaven,
    },
    wantedPorts: ports,
    busyPorts: busy,
    firstAllowedPort: allowed,
    clusters: looked,
    brokenStates: broken,
    leftovers,
    processes,
    homes,
    environment,
    sleep,
    clock: clocks,
    advertise,
    hops,
  };
}

async function wantedProfile(home: HomePaths, request: DoctorRequest, clusters: readonly HomeCluster[]): Promise<Profile> {
  const { cluster, profile = DEFAULT_PROFILE } = request;
  if (cluster === undefined) return requestedProfile(home, { ...request, profile });
  return { ...clusterOf(clusters, cluster).profile, name: cluster };
}

async function javaFacts({ java }: Profile, version: string): Promise<NonNullable<DoctorFacts['java']['value']>> {
  const { env } = process;
  const world: JdkWorld = { clock, platform: process.platform, places: usualPlaces(process.platform), timeoutMs: ANSWER_MS };
  const request = { env, home: env.HOME ?? homedir() };
  const [found, chosen] = await Promise.all([
    listJdks(request, world),
    findJdk({ ...request, wanted: java, release: version }, world).catch((error: unknown): Finding => {
      if (!(error instanceof RmqdevError)) throw error;
      return { code: error.code, severity: 'error', ...error.text, at: [] };
    }),
  ]);
  return { chosen, found };
}

async function lookAtStores(plan: PreflightPlan): Promise<DoctorFacts['clusters'][number]> {
  const stopped = plan.nodes.filter(({ role, change }) => role === 'broker' && change === 'start');
  const stores = await Promise.all(
    stopped.map(
      async ({ id, store, properties }): Promise<[string, Known<StoreFacts>]> => [
        id,
        await storeFacts(store, properties, THIS_MACHINE, clock),
      ],
    ),
  );
  return { plan, stores: new Map(stores), running: plan.nodes.filter(({ change }) => change === 'none').length };
}

/** Only a daemon knows what is not needed any more. */
async function leftoversOf(home: HomePaths): Promise<DoctorFacts['leftovers']> {
  if (!(await answers(home))) return notKnown('no daemon runs, and none is started for this; `rmqdev clean --dry-run` shows them');
  return bounded(async () => (await new DaemonClient(home.socket).call('clean', { dryRun: true, all: false })).leftovers, ANSWER_MS, clock);
}

async function homeStates(own: HomePaths, processes: readonly RocketMqProcess[]): Promise<HomeState[]> {
  const nodes = processes.flatMap(({ nodeFolder }) => (nodeFolder === undefined ? [] : [homeOfNode(nodeFolder)]));
  return Promise.all(
    [...new Set([own.root, ...nodes])].map(async (root) => {
      const exists = existsSync(root);
      return { home: root, exists, hasDaemon: exists && (await answers(new HomePaths(root))) };
    }),
  );
}

/** A daemon that is slow, or whose socket belongs to another user, counts as running. */
async function answers(home: HomePaths): Promise<boolean> {
  const hello = await bounded(() => greet(home), ANSWER_MS, clock);
  return hello.unknown !== undefined || hello.value !== undefined;
}

const addressOf = ({ name, nodes }: HomeCluster) => ({
  cluster: name,
  namesrvAddr: nodes
    .filter(({ role }) => role === 'namesrv')
    .map(({ ports }) => `127.0.0.1:${ports.listen}`)
    .join(';'),
});

function runningBroker(clusters: readonly HomeCluster[], isAlive: (folder: string) => boolean): { name: string; port: number } | undefined {
  for (const { name, nodes } of clusters) {
    const broker = nodes.find(({ role, folder }) => role === 'broker' && isAlive(folder));
    if (broker) return { name: `${broker.id} of ${name}`, port: broker.ports.listen };
  }
  return undefined;
}

async function isOnPath(program: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const tries = (env.PATH ?? '').split(delimiter).map((folder) =>
    access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    ),
  );
  return (await Promise.all(tries)).includes(true);
}
