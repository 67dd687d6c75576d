import { stringify } from 'yaml';
import { roleTitle } from '../cluster/roles/config-file.js';
import type { Profile } from '../profile/profile.js';
import type { NodePorts } from '../rocketmq/ports.js';
import { isSince } from '../rocketmq/releases.js';
import { ASK_SCRIPT, aliveQuestion, readyQuestion } from './ask.js';
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
import { type Exported, type Head, notExportable, renderHead } from './exported.js';
import { clientNamesrvAddr, type TargetNode } from './target.js';
import { mqadminJava, SLOW_TOPICS, shellWord, topicCommands, topicScript } from './topics.js';

export type KubernetesRequest = {
  profile: Profile;
  /** By node id. */
  versions: ReadonlyMap<string, string>;
  namespace: string | undefined;
};

const MB = 1_048_576;
/** Classes, threads and code of a JVM, next to heap and buffers. */
const OTHER_MB = 256;
/** For the files of a store, 72 hours of which are kept. */
const DISK: Readonly<Record<TargetNode['role'], string>> = { namesrv: '1Gi', controller: '1Gi', broker: '20Gi', proxy: '1Gi' };
const PROBE_SECONDS = 10;

/** A Service and its pod have the name of the node, as DNS takes it. Source: Kubernetes, RFC 1035 label names. */
const LABEL = /^[a-z]([-a-z0-9]{0,50}[a-z0-9])?$/;

/** @returns one file: a ConfigMap, a headless Service and a StatefulSet for each node. @throws RmqdevError NOT_EXPORTABLE */
export function exportKubernetes({ profile, versions, namespace = 'default' }: KubernetesRequest): Exported {
  refuseOutsideImages(profile, 'Kubernetes');
  refuseForKubernetes(profile, namespace);
  refuseCutNames(profile, versions);
  const nodes = containerNodes({ profile, versions }, ({ id }) => {
    const name = `${id}.${namespace}.svc`;
    return { host: id, isElsewhere: true, advertised: { clients: name, replication: name } };
  });
  const commands = topicCommands(profile, nodes);
  const namesrvAddr = clientNamesrvAddr(nodes);
  const hasFollowers = nodes.some(({ role, brokerId }) => role === 'broker' && brokerId !== 0);
  const head: Head = {
    start: `${namespace === 'default' ? '' : `kubectl create namespace ${namespace}; `}kubectl apply -f kubernetes.yaml`,
    look: `kubectl -n ${namespace} get pods -l app.kubernetes.io/instance=${profile.name}; kubectl -n ${namespace} logs -f broker pod; namesrvAddr is ${namesrvAddr}`.replace(
      'broker pod',
      `${(nodes.find(({ role }) => role === 'broker') ?? (nodes[0] as TargetNode)).id}-0`,
    ),
    differs: [
      'Clients: in pods of this cluster (brokers tell the names of their Services); from outside only through a proxy that you publish, or a VPN.',
      'Kubernetes restarts a container that ends or does not answer, always and without limit, with waits of 10 s to 5 min, whatever the profile says.',
      'It starts all nodes at once: a proxy ends until it finds a broker.',
      ...(hasFollowers ? [SLOW_TOPICS] : []),
      ...CONTAINER_DIFFERS,
    ],
  };
  const objects = [
    scriptsMap(profile, namespace, commands, nodes),
    ...nodes.flatMap((node) => [configMap(node, namespace), service(node, namespace), statefulSet(node, namespace)]),
    ...(commands.length > 0 ? [topicsJob(nodes, namespace)] : []),
  ];
  return { files: [{ path: 'kubernetes.yaml', text: `${renderHead(head)}${asDocuments(objects)}` }], head };
}

/** @returns the YAML of several objects. Some tools read YAML 1.1, in which `no` is false. */
export function asDocuments(objects: readonly object[]): string {
  return objects.map((object) => `---\n${stringify(object, { lineWidth: 0, version: '1.1', aliasDuplicateObjects: false })}`).join('');
}

export function refuseForKubernetes(profile: Profile, namespace: string): void {
  const refuse = (what: string, why: string, next: string) => {
    throw notExportable(`${what} cannot be exported to Kubernetes`, why, next);
  };
  if (!LABEL.test(namespace))
    refuse(`--namespace ${namespace}`, 'a name there has lower-case letters, digits and -', 'Write --namespace rocketmq');
  if (!/^[a-zA-Z0-9]([\w.-]{0,61}[a-zA-Z0-9])?$/.test(profile.name))
    refuse(`the name ${profile.name}`, 'it becomes a label, which ends with a letter or a digit', 'Rename the profile');
  if (profile.hosts)
    refuse('hosts', 'Kubernetes itself chooses the machine of a pod', 'Export a profile without hosts, or use `export systemd`');
  for (const { id, restart } of profile.nodes) {
    if (!LABEL.test(id))
      refuse(
        `the node ${id}`,
        'the name of a Service begins with a letter and has lower-case letters, digits and -, up to 52',
        'Rename the node in the profile',
      );
    if (restart.policy === 'never')
      refuse(`restart: never of ${id}`, 'a StatefulSet always restarts its containers', 'Omit it: `--set restart=on-crash`');
  }
}

/** The first DLedger cuts the address of a peer at its first hyphen. Source: dledger 0.1 MemberState (split), 0.3.1 (substring). */
const WHOLE_NAMES_SINCE = '4.9.0';

function refuseCutNames({ nodes }: Profile, versions: ReadonlyMap<string, string>): void {
  const cut = nodes.find(({ id, election }) => election === 'dledger' && !isSince(versions.get(id) as string, WHOLE_NAMES_SINCE));
  if (cut)
    throw notExportable(
      `DLedger of RocketMQ ${versions.get(cut.id)} cannot be exported to Kubernetes`,
      'it cuts the name of a peer at the first hyphen, and pods have no fixed addresses',
      `Use ${WHOLE_NAMES_SINCE} or later, such as --rocketmq 4.9.7`,
    );
}

type Labels = Record<string, string>;

const labelsOf = ({ cluster, id, role, brokerName }: TargetNode): Labels => ({
  'app.kubernetes.io/name': 'rocketmq',
  'app.kubernetes.io/instance': cluster,
  'app.kubernetes.io/component': role,
  'rocketmq.apache.org/node': id,
  ...(brokerName !== null && { 'rocketmq.apache.org/broker-name': brokerName }),
});

function scriptsMap({ name }: Profile, namespace: string, commands: string[][], [node]: readonly TargetNode[]): object {
  const { home, version } = (node as TargetNode).release;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: scriptsName(name), namespace, labels: { 'app.kubernetes.io/name': 'rocketmq', 'app.kubernetes.io/instance': name } },
    data: {
      'start.sh': startScript,
      'ask.sh': ASK_SCRIPT,
      ...(commands.length > 0 && { 'topics.sh': topicScript('', mqadminJava(home, version).map(shellWord).join(' '), commands) }),
    },
  };
}

const scriptsName = (cluster: string) => `rocketmq-${cluster.toLowerCase().replace(/[^a-z0-9-]/g, '-')}-scripts`;

function configMap(node: TargetNode, namespace: string): object {
  const title = `# ${node.id}: ${roleTitle(node)} of cluster ${node.cluster}, RocketMQ ${node.release.version}.\n\n`;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${node.id}-config`, namespace, labels: labelsOf(node) },
    data: { 'node.conf': node.role === 'proxy' ? node.configText : `${title}${node.configText}` },
  };
}

const portNames = (ports: NodePorts) => Object.entries(ports).map(([name, port]) => ({ name, port }));

/** Headless: its name is the address of the pod, also before the pod is ready, because brokers of a group must find each other first. */
function service(node: TargetNode, namespace: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: node.id, namespace, labels: labelsOf(node) },
    spec: {
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: { 'rocketmq.apache.org/node': node.id, 'app.kubernetes.io/instance': node.cluster },
      ports: portNames(node.ports),
    },
  };
}

function statefulSet(node: TargetNode, namespace: string): object {
  const labels = labelsOf(node);
  const memory = containerMemory(node);
  const probe = (question: string[]) => ({
    exec: { command: ['bash', `${MOUNT}/ask.sh`, ...question] },
    periodSeconds: PROBE_SECONDS,
    timeoutSeconds: 5,
  });
  const env = { ...containerEnvironment(node), OWN_NAME: node.advertised.clients };
  const selector = { 'rocketmq.apache.org/node': node.id, 'app.kubernetes.io/instance': node.cluster };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: node.id, namespace, labels },
    spec: {
      serviceName: node.id,
      replicas: 1,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: Math.ceil(node.stopTimeoutMs / 1_000),
          securityContext: { runAsUser: IMAGE_USER, runAsGroup: IMAGE_USER, fsGroup: IMAGE_USER, runAsNonRoot: true },
          ...spread(node),
          containers: [
            {
              name: 'rocketmq',
              image: imageOf(node.release.version),
              // $(NAME) would become the value of a variable.
              command: containerCommand(node).map((word) => word.replaceAll('$(', '$$(')),
              env: Object.entries(env).map(([name, value]) => ({ name, value: value.replaceAll('$(', '$$(') })),
              ports: Object.entries(node.ports).map(([name, containerPort]) => ({ name, containerPort })),
              resources: { requests: { cpu: '100m', memory: memory.request }, limits: { memory: memory.limit } },
              // Until it has answered once, it may take as long as rmqdev would wait.
              startupProbe: { ...probe(aliveQuestion(node)), failureThreshold: Math.ceil(node.startTimeoutMs / 1_000 / PROBE_SECONDS) },
              livenessProbe: { ...probe(aliveQuestion(node)), failureThreshold: 5 },
              readinessProbe: { ...probe(readyQuestion(node)), failureThreshold: 2 },
              volumeMounts: [
                { name: 'data', mountPath: node.paths.root },
                { name: 'config', mountPath: `${MOUNT}/node.conf`, subPath: 'node.conf', readOnly: true },
                ...['start.sh', 'ask.sh'].map((file) => ({
                  name: 'scripts',
                  mountPath: `${MOUNT}/${file}`,
                  subPath: file,
                  readOnly: true,
                })),
              ],
            },
          ],
          volumes: [
            { name: 'config', configMap: { name: `${node.id}-config` } },
            { name: 'scripts', configMap: { name: scriptsName(node.cluster) } },
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: DISK[node.role] } } },
        },
      ],
    },
  };
}

/** The replicas of a brokerName do not go down with one machine, if there are several. */
function spread({ brokerName, role, cluster }: TargetNode): object {
  const matchLabels: Labels = {
    'app.kubernetes.io/instance': cluster,
    ...(brokerName === null ? { 'app.kubernetes.io/component': role } : { 'rocketmq.apache.org/broker-name': brokerName }),
  };
  return {
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels } },
    ],
  };
}

/** @returns what an idle node needs, and what heap, buffers and the JVM may take together. */
export function containerMemory({ heapBytes, memoryBytes, jvmFlags }: TargetNode): { request: string; limit: string } {
  const direct = jvmFlags.flatMap((flag) => /^-XX:MaxDirectMemorySize=(\d+)m$/.exec(flag)?.slice(1) ?? []).map(Number);
  const limitMb = Math.ceil(heapBytes / MB) + (direct.at(-1) ?? 0) + OTHER_MB;
  return { request: `${Math.min(Math.ceil(memoryBytes / MB), limitMb)}Mi`, limit: `${limitMb}Mi` };
}

function topicsJob(nodes: readonly TargetNode[], namespace: string): object {
  const node = nodes[0] as TargetNode;
  const labels = {
    'app.kubernetes.io/name': 'rocketmq',
    'app.kubernetes.io/instance': node.cluster,
    'app.kubernetes.io/component': 'topics',
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `${scriptsName(node.cluster).replace(/-scripts$/, '')}-topics`, namespace, labels },
    spec: {
      backoffLimit: 10,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'OnFailure',
          containers: [
            {
              name: 'mqadmin',
              image: imageOf(node.release.version),
              command: ['bash', `${MOUNT}/topics.sh`],
              volumeMounts: [{ name: 'scripts', mountPath: `${MOUNT}/topics.sh`, subPath: 'topics.sh', readOnly: true }],
            },
          ],
          volumes: [{ name: 'scripts', configMap: { name: scriptsName(node.cluster) } }],
        },
      },
    },
  };
}
