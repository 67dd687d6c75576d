import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { isLoopback } from '../base/loopback.js';
import { roleTitle } from '../cluster/roles/config-file.js';
import { THIS_HOST } from '../cluster/spec/placement.js';
import { allOf } from '../diagnose/allot-ports.js';
import type { NodeProfile, Profile } from '../profile/profile.js';
import { ASK_SCRIPT, readyQuestion } from './ask.js';
import {
  CONTAINER_DIFFERS,
  containerCommand,
  containerEnvironment,
  containerNodes,
  IMAGE_USER,
  imageOf,
  MOUNT,
  refuseOutsideImages,
  startScript,
} from './container.js';
import { type Exported, type ExportedFile, type Head, notExportable, renderHead } from './exported.js';
import { restartOf } from './restart.js';
import { clientNamesrvAddr, clientPorts, startsAfter, type TargetNode } from './target.js';
import { mqadminJava, SLOW_TOPICS, shellWord, topicCommands, topicScript } from './topics.js';

export type ComposeRequest = {
  profile: Profile;
  /** By node id. */
  versions: ReadonlyMap<string, string>;
  /** Where clients reach the published ports; undefined: the addresses of the containers. */
  advertise: string | undefined;
  /** The network of the containers, such as 172.30.5.0/24. */
  subnet: string | undefined;
};

/** The first containers of a network are its gateway and those that others start in it. */
const FIRST_ADDRESS = 10;
const LAST_ADDRESS = 250;

/** @returns compose.yaml and what it mounts; for a profile with hosts one folder for each of them. @throws RmqdevError NOT_EXPORTABLE */
export function exportCompose(request: ComposeRequest): Exported {
  const { profile } = request;
  refuseOutsideImages(profile, 'Compose');
  if (!profile.hosts) return oneMachine(request);
  if (request.advertise !== undefined) throw advertiseWithHosts();
  const folders = profile.hosts
    .filter(({ name }) => profile.nodes.some(({ host }) => host === name))
    .map(({ name }) => ({ name, exported: onHost(request, name) }));
  const [first] = folders;
  if (!first) throw notExportable(`profile ${profile.name}`, 'it has no nodes', 'Choose another profile');
  return {
    head: first.exported.head,
    files: folders.flatMap(({ name, exported }) => exported.files.map((file) => ({ ...file, path: `${name}/${file.path}` }))),
  };
}

export function advertiseWithHosts() {
  return notExportable(
    '--advertise cannot be used with a profile that has hosts',
    'each host has its own address',
    'Write them into the profile, under hosts',
  );
}

function oneMachine({ profile, versions, advertise = ownAdvertise(profile), subnet = subnetOf(profile.name) }: ComposeRequest): Exported {
  const addressOf = addressesIn(subnet, profile.nodes);
  const nodes = containerNodes({ profile, versions }, (node) => ({
    host: node.id,
    isElsewhere: true,
    advertised: { clients: advertise ?? addressOf(node), replication: addressOf(node) },
    inside: node.id,
  }));
  const namesrvs = nodes.filter(({ role }) => role === 'namesrv');
  const outside = advertise ?? '127.0.0.1';
  const published = (node: TargetNode) => {
    if (advertise !== undefined) return clientPorts(node).map((port) => publish(port, isLoopback(advertise) ? '127.0.0.1' : ''));
    // Clients on this machine reach brokers at the addresses of their containers.
    return node.role === 'broker' || node.role === 'controller' ? [] : clientPorts(node).map((port) => publish(port, '127.0.0.1'));
  };
  const namesrvAddr = namesrvs.map((node) => `${outside}:${node.ports.listen}`).join(';');
  const who =
    advertise === undefined
      ? `Clients: in containers of this network, and on this machine if it runs Linux (brokers tell the addresses of their containers, ${subnet}). For Docker Desktop or clients on other machines, export again with --advertise <address of this machine>.`
      : `Clients: all that reach ${advertise}, where the ports are published${isLoopback(advertise) ? ': on this machine, not in containers' : ', also in containers if the machine reaches itself there'}.`;
  const head: Head = {
    start: 'docker compose up -d',
    look: `docker compose ps; docker compose logs -f; rmqdev topic list --namesrv '${namesrvAddr}'`,
    differs: [who, ...differs(nodes)],
  };
  return file({
    profile,
    nodes,
    head,
    published,
    network: (node) => ({ default: { ipv4_address: addressOf(node.profile) } }),
    networks: { default: { ipam: { config: [{ subnet }] } } },
    withTopics: true,
  });
}

/** The containers of one host: all ports are published, because the nodes of the other hosts need them too. */
function onHost(request: ComposeRequest, host: string): Exported {
  const { profile } = request;
  const all = containerNodes(request, (node) => ({
    host: node.host ?? THIS_HOST,
    isElsewhere: node.host !== host,
    advertised: node.advertise,
    ...(node.host === host && { inside: node.id }),
  }));
  const nodes = all.filter(({ isElsewhere }) => !isElsewhere);
  const head: Head = {
    start: 'on each host, in its folder: docker compose up -d',
    look: `docker compose ps; docker compose logs -f; rmqdev topic list --namesrv '${clientNamesrvAddr(all)}'`,
    differs: [`These are the nodes of host ${host}; all their ports are published.`, ...differs(nodes)],
  };
  const isFirst = profile.nodes.find(({ role }) => role === 'broker')?.host === host;
  return file({
    profile,
    nodes,
    all,
    head,
    published: (node) => allOf(node.ports).map((port) => publish(port, '')),
    withTopics: isFirst,
  });
}

function differs(nodes: readonly TargetNode[]): string[] {
  const hasFollowers = nodes.some(({ role, brokerId }) => role === 'broker' && brokerId !== 0);
  return [
    ...new Set(nodes.map(({ profile }) => restartOf(profile.restart).compose.differs)),
    ...(hasFollowers ? [SLOW_TOPICS] : []),
    ...CONTAINER_DIFFERS,
  ];
}

type FileRequest = {
  profile: Profile;
  /** Of this file. */
  nodes: readonly TargetNode[];
  /** Of the cluster, if that is more. */
  all?: readonly TargetNode[];
  head: Head;
  published: (node: TargetNode) => string[];
  network?: (node: TargetNode) => object;
  networks?: object;
  withTopics: boolean;
};

function file({ profile, nodes, all = nodes, head, published, network, networks, withTopics }: FileRequest): Exported {
  const commands = withTopics ? topicCommands(profile, all) : [];
  const volumeOf = ({ id }: TargetNode) => `${id}-data`;
  const services: Record<string, object> = {
    prepare: {
      image: imageOf((nodes[0] as TargetNode).release.version),
      user: '0:0',
      // A new volume belongs to root.
      command: ['bash', '-c', `chown ${IMAGE_USER}:${IMAGE_USER} /volumes/*`],
      volumes: nodes.map((node) => `${volumeOf(node)}:/volumes/${node.id}`),
      restart: 'no',
    },
  };
  for (const node of nodes) {
    const ports = published(node);
    services[node.id] = {
      image: imageOf(node.release.version),
      hostname: node.id,
      command: containerCommand(node).map(dollars),
      environment: mapValues(containerEnvironment(node), dollars),
      volumes: [
        `${volumeOf(node)}:${node.paths.root}`,
        `./${configPath(node)}:${MOUNT}/node.conf:ro`,
        `./start.sh:${MOUNT}/start.sh:ro`,
        `./ask.sh:${MOUNT}/ask.sh:ro`,
      ],
      ...(ports.length > 0 && { ports }),
      ...(network && { networks: network(node) }),
      depends_on: {
        prepare: { condition: 'service_completed_successfully' },
        ...Object.fromEntries(startsAfter(node, nodes).map(({ id }) => [id, { condition: 'service_healthy' }])),
      },
      healthcheck: {
        test: ['CMD', 'bash', `${MOUNT}/ask.sh`, ...readyQuestion(node)],
        interval: '5s',
        timeout: '5s',
        retries: 3,
        start_period: seconds(node.startTimeoutMs),
      },
      stop_grace_period: seconds(node.stopTimeoutMs),
      restart: restartOf(node.profile.restart).compose.value,
    };
  }
  if (commands.length > 0) {
    services.topics = {
      image: imageOf((nodes[0] as TargetNode).release.version),
      command: ['bash', `${MOUNT}/topics.sh`],
      volumes: [`./topics.sh:${MOUNT}/topics.sh:ro`],
      depends_on: Object.fromEntries(nodes.filter(({ role }) => role === 'broker').map(({ id }) => [id, { condition: 'service_healthy' }])),
      restart: 'no',
    };
  }
  refuseTakenNames(nodes);
  const volumes = Object.fromEntries(nodes.map((node) => [volumeOf(node), {}]));
  // Some engines read YAML 1.1, in which `no` is false and `0:0` is a number.
  const yaml = stringify({ services, ...(networks && { networks }), volumes }, { lineWidth: 0, version: '1.1' });
  const files: ExportedFile[] = [
    { path: 'compose.yaml', text: `${renderHead(head)}${yaml}` },
    ...nodes.map((node) => ({ path: configPath(node), text: withTitle(node) })),
    { path: 'start.sh', text: startScript, isExecutable: true },
    { path: 'ask.sh', text: ASK_SCRIPT, isExecutable: true },
  ];
  if (commands.length > 0) files.push({ path: 'topics.sh', text: topicsOf(nodes, commands), isExecutable: true });
  return { files, head };
}

function topicsOf([node]: readonly TargetNode[], commands: string[][]): string {
  const { home, version } = (node as TargetNode).release;
  return topicScript('', mqadminJava(home, version).map(shellWord).join(' '), commands);
}

const configPath = ({ id, role }: TargetNode) => `conf/${id}.${role === 'proxy' ? 'json' : 'conf'}`;

/** JSON has no comments. */
function withTitle(node: TargetNode): string {
  if (node.role === 'proxy') return node.configText;
  return `# ${node.id}: ${roleTitle(node)} of cluster ${node.cluster}, RocketMQ ${node.release.version}.\n\n${node.configText}`;
}

/** What the file calls its own helpers. */
function refuseTakenNames(nodes: readonly TargetNode[]): void {
  const taken = nodes.find(({ id }) => id === 'prepare' || id === 'topics');
  if (taken)
    throw notExportable(`the node ${taken.id}`, 'the Compose file needs this name for its own service', 'Rename the node in the profile');
}

function ownAdvertise({ advertise }: Profile): string | undefined {
  return isLoopback(advertise.clients) ? undefined : advertise.clients;
}

/** Docker gives its own networks 172.17 to 172.31 from below. The name decides, so that two clusters do not meet. */
function subnetOf(name: string): string {
  return `172.30.${createHash('sha256').update(name).digest()[0]}.0/24`;
}

function addressesIn(subnet: string, nodes: readonly NodeProfile[]): (node: NodeProfile) => string {
  const prefix = /^((?:\d{1,3}\.){3})0\/24$/.exec(subnet)?.[1];
  if (prefix === undefined) throw notExportable(`--subnet ${subnet}`, 'it must be a network of 256 addresses', 'Write it as 172.30.5.0/24');
  if (nodes.length > LAST_ADDRESS - FIRST_ADDRESS)
    throw notExportable(
      `${nodes.length} nodes`,
      `a Compose network has room for ${LAST_ADDRESS - FIRST_ADDRESS}`,
      'Use `export kubernetes`',
    );
  return (node) => `${prefix}${FIRST_ADDRESS + nodes.findIndex(({ id }) => id === node.id)}`;
}

const publish = (port: number, on: string) => `${on === '' ? '' : `${on}:`}${port}:${port}`;
const seconds = (ms: number) => `${Math.ceil(ms / 1_000)}s`;
/** Compose would put the value of a variable there. */
const dollars = (text: string) => text.replaceAll('$', '$$$$');

function mapValues(record: Record<string, string>, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
