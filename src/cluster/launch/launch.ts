import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RmqdevError } from '../../base/errors.js';
import { markLaunch } from '../../evidence/launch-mark.js';
import { readDashboardJar } from '../../install/dashboard-jar.js';
import { readReleaseHome } from '../../install/release-home.js';
import type { LaunchSpec } from '../../process/launcher.js';
import { TIMER_SLACK_NS } from '../../rocketmq/wake-ups.js';
import { launchEnvironment } from '../roles/build-specs.js';
import { writeConfigFiles } from '../roles/config-file.js';
import { ROLE_DEFINITIONS } from '../roles/definitions.js';
import { completeKvWrite } from '../roles/namesrv-kv.js';
import { writePlainAcl } from '../spec/access-control.js';
import { writeLaunchedSpec } from '../spec/launched-spec.js';
import type { JarRef, NodeSpec } from '../spec/node-spec.js';
import type { Journal } from '../state/journal.js';
import type { World } from '../world.js';
import { classArchiveOptions } from './class-archive.js';
import { tellDamagedConfigs } from './config-damage.js';
import { dropCutQueues } from './drop-cut-queues.js';
import { nativeLibraryOptions } from './native-libraries.js';
import { refuseForeignJvm, refuseSecondJvm, storeLock } from './store-lock.js';

/**
 * Prepares a node's folder and says how to run it: `java` itself, its class path an explicit list of jars
 * (a directory or `*` defeats the class archive).
 * @throws RmqdevError STORE_IN_USE, STORE_DAMAGED, RELEASE_INVALID, DASHBOARD_NOT_FOUND, DASHBOARD_INVALID
 */
export async function prepareLaunch(
  node: NodeSpec,
  after: 'its-end' | 'unknown',
  world: Pick<World, 'platform' | 'home' | 'clock' | 'env' | 'log'>,
  journal: Pick<Journal, 'record'>,
): Promise<LaunchSpec> {
  // A process table costs 30 ms and more. Where the node's only process has just ended, no other can be there but by its store's lock.
  if (after === 'unknown') await refuseSecondJvm(node, world);
  await refuseForeignJvm(node, world);
  await Promise.all([
    mkdir(node.paths.store, { recursive: true }),
    mkdir(node.paths.logs, { recursive: true }),
    mkdir(node.paths.tmp, { recursive: true }),
  ]);
  if (await dropCutQueues(node)) {
    const message = `${node.id} builds its consume queues again: after an end without a close RocketMQ ${node.release.version} would cut them`;
    journal.record('store-prepared', node.id, message);
  }
  const whole = node.role === 'namesrv' ? await completeKvWrite(node) : undefined;
  if (whole !== undefined)
    journal.record('kv-file-completed', node.id, `${node.id} was killed while it wrote its KV file; it gets what ${whole} held`);
  await removeLibraries(node.paths.tmp);
  await tellDamagedConfigs(node, journal).catch((error) => {
    if (error instanceof RmqdevError) throw error;
    world.log.warn({ nodeId: node.id, err: error }, 'the store could not be looked at');
  });
  const [program] = await Promise.all([programOf(node, world), writeConfigFiles(node), writeLaunchedSpec(node), writePlainAcl(node)]);
  const { programArguments = ({ paths }) => ['-c', paths.runConfig] } = ROLE_DEFINITIONS[node.role];
  await markLaunch(node.paths.root, world.clock.now());
  return {
    command: node.jdk.java,
    args: [...node.javaArgs, ...classArchiveOptions(node, world.home.cache), ...program, ...programArguments(node)],
    cwd: node.paths.root,
    env: launchEnvironment(node, world.env),
    outputFile: node.paths.stdout,
    lock: storeLock(node, world),
    timerSlackNs: TIMER_SLACK_NS[node.profile.startup],
  };
}

/** A JVM that did not end by itself leaves the native library that it unpacked, 13 MB each. Source: org.rocksdb.NativeLibraryLoader. */
async function removeLibraries(tmp: string): Promise<void> {
  const left = (await readdir(tmp)).filter((name) => name.startsWith('librocksdbjni'));
  await Promise.all(left.map((name) => rm(join(tmp, name), { force: true })));
}

/** @returns java's arguments that say what to run: a class of the release, or the node's own jar. */
async function programOf(node: NodeSpec, world: Pick<World, 'home' | 'log'>): Promise<string[]> {
  const { mainClass } = ROLE_DEFINITIONS[node.role];
  if (mainClass !== null) {
    const { jars } = await readReleaseHome(node.release.home);
    return [...(await nativeLibraryOptions(node, jars, world)), '-cp', jars.join(':'), mainClass];
  }
  const { path } = node.jar as JarRef;
  // It is the user's file: it may be gone, or another one, since `up` looked at it.
  await readDashboardJar(path);
  return ['-jar', path];
}
