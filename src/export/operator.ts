import { grouped } from '../base/grouped.js';
import { renderReasons } from '../cluster/roles/config-file.js';
import type { ConfigLine } from '../cluster/spec/node-spec.js';
import type { NodeProfile, Profile } from '../profile/profile.js';
import { containerNodes, refuseOutsideImages } from './container.js';
import { type Exported, type Head, notExportable, renderHead } from './exported.js';
import { asDocuments, containerMemory, type KubernetesRequest, refuseForKubernetes } from './kubernetes.js';
import type { TargetNode } from './target.js';

/**
 * Resources of apache/rocketmq-operator, read at commit 03741c8: `pkg/apis/rocketmq/v1alpha1`, `pkg/controller/broker`, and
 * `images/broker/alpine/brokerGenConfig.sh`, which makes the file of a broker of the one in its ConfigMap.
 */

const OPERATOR = 'rocketmq.apache.org/v1alpha1';
/** Its ports cannot be changed. */
const FIXED_PORTS = { namesrv: 9_876, broker: 10_911 } as const;
/** It adds these itself, or its image does; or they are for several nodes at one address. */
const OF_THE_OPERATOR: ReadonlySet<string> = new Set([
  'brokerClusterName',
  'brokerName',
  'brokerId',
  'brokerRole',
  'namesrvAddr',
  'listenPort',
  'brokerIP1',
  'brokerIP2',
  'storePathRootDir',
  'storePathCommitLog',
  'haMasterAddress',
]);

/** @returns one file with a NameService, and a ConfigMap and a Broker for each brokerName. @throws RmqdevError NOT_EXPORTABLE */
export function exportForOperator({ profile, versions, namespace = 'default' }: KubernetesRequest): Exported {
  refuseOutsideImages(profile, 'the RocketMQ operator');
  refuseForKubernetes(profile, namespace);
  refuseForOperator(profile);
  const nodes = containerNodes({ profile, versions }, ({ id }) => ({
    host: id,
    isElsewhere: true,
    advertised: { clients: id, replication: id },
  }));
  const namesrvs = nodes.filter(({ role }) => role === 'namesrv');
  const groups = grouped(
    nodes.filter(({ role }) => role === 'broker'),
    ({ brokerName }) => brokerName as string,
  );
  const head: Head = {
    start: `${namespace === 'default' ? '' : `kubectl create namespace ${namespace}; `}kubectl apply -f operator.yaml   # after the operator: https://github.com/apache/rocketmq-operator`,
    look: `kubectl -n ${namespace} get brokers.rocketmq.apache.org,nameservices.rocketmq.apache.org,pods`,
    differs: [
      'The operator names NameServers and pods itself, and brokers tell clients the addresses of their pods.',
      'Its images (images/*/alpine there, tagged as below) must be in your registry: it has published few of them.',
      'Kubernetes restarts a container that ends, always and without limit. Nothing asks whether a node answers.',
      'Store and logs are on a volume of the default storage class.',
    ],
  };
  const objects = [
    nameService(namesrvs, profile, namespace),
    ...[...groups].flatMap(([brokerName, group]) => brokerGroup(brokerName, group, namespace)),
  ];
  return { files: [{ path: 'operator.yaml', text: `${renderHead(head)}${asDocuments(objects)}` }], head };
}

function refuseForOperator({ nodes, topics, groups }: Profile): void {
  const refuse = (what: string, why: string, next = 'Use `export kubernetes` without --operator') => {
    throw notExportable(`${what} cannot be exported to the RocketMQ operator`, why, next);
  };
  if (topics.length + groups.length > 0)
    refuse('topics and groups', 'it has no resource for them', 'Omit them: `--set topics=[] --set groups=[]`, or omit --operator');
  for (const node of nodes) {
    const { id, role, election, listenPort, properties } = node;
    if (role === 'proxy') refuse(id, 'it has no resource for a proxy');
    if (role === 'controller' || election === 'controller')
      refuse(id, 'it numbers controllers and their peers itself, and takes none of their properties');
    if (election === 'dledger') refuse(id, 'it knows masters and slaves, and no DLedger groups');
    const port = FIXED_PORTS[role as keyof typeof FIXED_PORTS];
    if (listenPort !== undefined && listenPort !== port)
      refuse(
        `listenPort ${listenPort} of ${id}`,
        `its ${role === 'broker' ? 'brokers' : 'NameServers'} always listen on ${port}`,
        `Omit listenPort, or write ${port}`,
      );
    if (role === 'namesrv' && Object.keys(properties).length > 0) refuse(`properties of ${id}`, 'it gives a NameServer no file');
  }
  refuseOtherIds(nodes);
}

/** It numbers the brokers of a group: 0 is the master, then 1, 2 … */
function refuseOtherIds(nodes: readonly NodeProfile[]): void {
  for (const [brokerName, group] of grouped(
    nodes.filter(({ role }) => role === 'broker'),
    (node) => node.brokerName as string,
  )) {
    const ids = group.map(({ brokerId }) => brokerId as number).sort((a, b) => a - b);
    if (ids.some((id, i) => id !== i))
      throw notExportable(
        `brokerId ${ids.join(', ')} of ${brokerName} cannot be exported to the RocketMQ operator`,
        'it gives the brokers of a group the ids 0, 1, 2 …',
        'Number them so, or use `export kubernetes` without --operator',
      );
  }
}

function nameService(namesrvs: readonly TargetNode[], { name }: Profile, namespace: string): object {
  const [first] = namesrvs;
  if (first === undefined) throw notExportable('a profile without NameServers', 'the operator makes them', 'Add one');
  refuseDifferences('the NameServers', namesrvs);
  const memory = containerMemory(first);
  return {
    apiVersion: OPERATOR,
    kind: 'NameService',
    metadata: { name: resourceName(`${name}-namesrv`), namespace },
    spec: {
      size: namesrvs.length,
      nameServiceImage: imageOf('nameserver', first.release.version),
      imagePullPolicy: 'IfNotPresent',
      hostNetwork: false,
      dnsPolicy: 'ClusterFirst',
      env: [
        // The image takes half of the memory of the machine otherwise.
        { name: 'JAVA_OPT_EXT', value: [heapFlags(first), ...otherFlags(first)].join(' ') },
        ...Object.entries(first.env).map(([key, value]) => ({ name: key, value })),
      ],
      resources: { requests: { cpu: '100m', memory: memory.request }, limits: { memory: memory.limit } },
      ...storage('1Gi', 'namesrv-storage'),
    },
  };
}

/** A Broker is a whole brokerName here: its environment comes last, so it replaces the names that the operator makes. */
function brokerGroup(brokerName: string, group: readonly TargetNode[], namespace: string): object[] {
  const master = group.find(({ brokerId }) => brokerId === 0) as TargetNode;
  refuseDifferences(brokerName, group);
  const name = resourceName(brokerName);
  const memory = containerMemory(master);
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `${name}-config`, namespace },
      data: { 'broker-common.conf': commonFile(group, master) },
    },
    {
      apiVersion: OPERATOR,
      kind: 'Broker',
      metadata: { name, namespace },
      spec: {
        size: 1,
        nameServers: '',
        replicaPerGroup: group.length - 1,
        clusterMode: 'STATIC',
        brokerImage: imageOf('broker', master.release.version),
        imagePullPolicy: 'IfNotPresent',
        hostNetwork: false,
        allowRestart: true,
        resources: { requests: { cpu: '100m', memory: memory.request }, limits: { memory: memory.limit } },
        scalePodName: `${name}-0-master-0`,
        env: [
          { name: 'BROKER_NAME', value: brokerName },
          { name: 'BROKER_CLUSTER_NAME', value: master.brokerClusterName },
          { name: 'BROKER_MEM', value: heapFlags(master) },
          { name: 'JAVA_OPT_EXT', value: otherFlags(master).join(' ') },
          ...Object.entries(master.env).map(([key, value]) => ({ name: key, value })),
        ],
        volumes: [
          {
            name: 'broker-config',
            configMap: { name: `${name}-config`, items: [{ key: 'broker-common.conf', path: 'broker-common.conf' }] },
          },
        ],
        ...storage('20Gi', 'broker-storage'),
      },
    },
  ];
}

const storage = (size: string, name: string) => ({
  storageMode: 'StorageClass',
  hostPath: '',
  volumeClaimTemplates: [{ metadata: { name }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } } }],
});

/** Source: images/<role>/alpine/build-*-image.sh there. */
const imageOf = (role: 'broker' | 'nameserver', version: string) => `apacherocketmq/rocketmq-${role}:${version}-alpine-operator-0.3.0`;

const resourceName = (name: string) => name.toLowerCase().replace(/[^a-z0-9-]/g, '-');

const HEAP = /^-Xm[sx]/;
const heapFlags = ({ jvmFlags }: TargetNode) => jvmFlags.filter((flag) => HEAP.test(flag)).join(' ');
/** The image has a collector of its own, and its folders. */
const NOT_FOR_IMAGE = /^-X(?:m[sx]|X:\+UseSerialGC)|^-D(?:user\.home|java\.io\.tmpdir|rocketmq\.home\.dir|rmq\.logback)|ErrorFile/;
const otherFlags = ({ jvmFlags }: TargetNode) => jvmFlags.filter((flag) => !NOT_FOR_IMAGE.test(flag));

function commonFile(group: readonly TargetNode[], master: TargetNode): string {
  const role = {
    key: 'brokerRole',
    value: master.brokerRole as string,
    reason: 'of the master; the operator makes SLAVE of it for the others',
  };
  return `# All brokers of ${master.brokerName}; the operator adds names, ids and addresses.\n\n${renderReasons([role, ...shared(group)])}`;
}

/** The lines of the group; one that only slaves have does nothing on a master. */
function shared(group: readonly TargetNode[]): ConfigLine[] {
  const lines = new Map(group.flatMap(({ config }) => config.map((line): [string, ConfigLine] => [line.key, line])));
  return [...lines.values()].filter(({ key }) => !OF_THE_OPERATOR.has(key));
}

function refuseDifferences(who: string, group: readonly TargetNode[]): void {
  const refuse = (what: string) => {
    throw notExportable(
      `${who} cannot be exported to the RocketMQ operator`,
      `${group.map(({ id }) => id).join(', ')} differ in ${what}, and the operator gives all of them the same`,
      'Set it for the role (such as roles.broker), or use `export kubernetes` without --operator',
    );
  };
  const [first, ...others] = group as [TargetNode, ...TargetNode[]];
  for (const other of others) {
    if (other.heapBytes !== first.heapBytes || String(other.profile.jvm) !== String(first.profile.jvm)) refuse('heap or JVM options');
    if (other.release.version !== first.release.version) refuse('release');
    if (JSON.stringify(other.env) !== JSON.stringify(first.env)) refuse('env');
    const values = new Map(first.config.map(({ key, value }) => [key, value]));
    const key = other.config.find(
      (line) => !OF_THE_OPERATOR.has(line.key) && values.has(line.key) && values.get(line.key) !== line.value,
    )?.key;
    if (key) refuse(key);
  }
  const own = group.flatMap(({ profile }) => Object.keys(profile.properties)).find((key) => OF_THE_OPERATOR.has(key));
  if (own)
    throw notExportable(
      `the property ${own} of ${who}`,
      'the operator sets it itself',
      'Omit it, or use `export kubernetes` without --operator',
    );
}
