import { mkdir } from 'node:fs/promises';
import { RmqdevError } from '../base/errors.js';
import { markLaunch } from '../evidence/launch-mark.js';
import { readReleaseHome } from '../install/release-home.js';
import { findMarked } from '../process/find-marked.js';
import type { LaunchSpec } from '../process/launcher.js';
import { launchEnvironment } from './build-specs.js';
import { classArchiveOptions } from './class-archive.js';
import { writeConfigFiles } from './config-file.js';
import { type NodeSpec, nodeMarker } from './node-spec.js';
import { ROLE_DEFINITIONS } from './roles/definitions.js';
import type { World } from './world.js';

/**
 * Makes a node's folder ready and says how to run it: `java` itself, its class path an explicit list of jars
 * (a directory or `*` defeats the class archive).
 * @throws RmqdevError STORE_IN_USE, RELEASE_INVALID
 */
export async function prepareLaunch(node: NodeSpec, world: World): Promise<LaunchSpec> {
  await refuseSecondJvm(node, world);
  await Promise.all([
    mkdir(node.paths.store, { recursive: true }),
    mkdir(node.paths.logs, { recursive: true }),
    mkdir(node.paths.tmp, { recursive: true }),
  ]);
  await writeConfigFiles(node);
  const { jars } = await readReleaseHome(node.release.home);
  await markLaunch(node.paths.root, world.clock.now());
  return {
    command: node.jdk.java,
    args: [
      ...node.javaArgs,
      ...classArchiveOptions(node, world.home.cache),
      '-cp',
      jars.join(':'),
      ROLE_DEFINITIONS[node.role].mainClass,
      '-c',
      node.paths.runConfig,
    ],
    cwd: node.paths.root,
    env: launchEnvironment(node, world.env),
    outputFile: node.paths.stdout,
  };
}

/** A second broker on a live store recovers, and can truncate, that store before it finds the lock taken (`Lock failed,MQ already started`). Source: store/.../DefaultMessageStore.java start. */
async function refuseSecondJvm(node: NodeSpec, { platform }: World): Promise<void> {
  const [other] = await findMarked(platform, nodeMarker(node.paths));
  if (!other) return;
  throw new RmqdevError('STORE_IN_USE', {
    what: `${node.id} cannot be started`,
    why: `pid ${other.pid} runs on its store ${node.paths.store} already`,
    next: `\`rmqdev daemon restart\` takes it over; or end it with \`kill ${other.pid}\``,
  });
}
