import { NodePaths } from '../base/paths.js';
import type { Placement } from '../cluster/spec/placement.js';
import type { NodeProfile, Profile } from '../profile/profile.js';
import { notExportable } from './exported.js';
import { type TargetNode, targetNodes } from './target.js';

/** User and group of the official image. Source: apache/rocketmq-docker image-build/Dockerfile-ubuntu. */
export const IMAGE_USER = 3000;
/** Where each container has its volume; the home of the image's user, which is no volume itself. */
const DATA = '/home/rocketmq/data';
/** Where the files of an export are in a container. */
export const MOUNT = '/rmqdev';

export const containerPaths = () => new NodePaths(DATA);
export const imageOf = (version: string) => `apache/rocketmq:${version}`;
/** Source: as above, ROCKETMQ_HOME. */
export const releaseIn = (version: string) => `/home/rocketmq/rocketmq-${version}`;

/** @throws RmqdevError NOT_EXPORTABLE for what no container of the official image can be */
export function refuseOutsideImages({ nodes, rocketmq, java, acl, tls }: Profile, target: string): void {
  const refuse = (what: string, why: string, next: string) => {
    throw notExportable(`${what} cannot be exported to ${target}`, why, next);
  };
  if (acl) {
    const why =
      'the health checks and the job that makes topics would have to sign their requests, and the secret would be readable in the files';
    refuse('acl', why, 'Export with `--set acl=false`, or use `export systemd` or `export properties`');
  }
  if (tls)
    refuse('tls', 'the health checks speak plain TCP', 'Export with `--set tls=false`, or use `export systemd` or `export properties`');
  for (const node of nodes) {
    const wish = node.rocketmq ?? rocketmq;
    if (wish !== undefined && isPath(wish))
      refuse(
        `the release ${wish} of ${node.id}`,
        'an image is chosen by its version, and this is a folder or a zip of this machine',
        'Name a version: `--rocketmq 5.5.0`',
      );
    const jdk = node.java ?? java;
    if (jdk !== undefined)
      refuse(`java: ${jdk} of ${node.id}`, 'the official image has its own JDK', 'Omit it: `--set java=null`, or --set <node>.java=null');
  }
}

const isPath = (wish: string) => wish.includes('/') || wish.endsWith('.zip');

export const startScript = `#!/bin/bash
# Makes the folders of a node and becomes its JVM, so that it gets the signal to stop and closes its store.
# ROCKETMQ_HOME and the class path are those of the image.
set -eu
mkdir -p ${DATA}/run ${DATA}/store ${DATA}/tmp ${DATA}/logs
# RocketMQ rewrites its file when its configuration is changed; at each start it is as it was exported.
cp ${MOUNT}/node.conf ${DATA}/run/node.conf
# A broker that cannot resolve its own name does not store messages.
if [ -n "\${OWN_NAME:-}" ]; then
  until getent hosts "$OWN_NAME" >/dev/null; do sleep 1; done
fi
cd ${DATA}
exec java -cp "$ROCKETMQ_HOME/conf:$ROCKETMQ_HOME/lib/*" "$@"
`;

export const containerCommand = (node: TargetNode): string[] => [
  'bash',
  `${MOUNT}/start.sh`,
  ...node.jvmFlags,
  node.mainClass,
  ...node.programArguments,
];

export function containerEnvironment(node: TargetNode): Record<string, string> {
  return { ROCKETMQ_HOME: node.release.home, JDK_JAVA_OPTIONS: node.laterJvmFlags.join(' '), ...node.env };
}

/** What differs in every container. */
export const CONTAINER_DIFFERS = [
  'The JDK is that of the image.',
  'Crash reports, `kill`, `explain` and the other commands of rmqdev end here; `rmqdev send`, `consume` and `topic` still work with --namesrv.',
];

/**
 * @param place on which host a node is, and under which addresses
 * @returns the nodes of the profile in containers of the official image of their version
 */
export function containerNodes(
  { profile, versions }: { profile: Profile; versions: ReadonlyMap<string, string> },
  place: (node: NodeProfile) => Omit<Placement, 'ports' | 'paths'>,
): TargetNode[] {
  return targetNodes({
    profile,
    release: ({ id }) => {
      const version = versions.get(id) as string;
      return { home: releaseIn(version), version };
    },
    placed: (node) => ({ ...place(node), paths: containerPaths() }),
  });
}
