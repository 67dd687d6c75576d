import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { fixedPorts } from '../../../src/diagnose/fixed-ports.js';
import { parsePropertyFile } from '../../../src/rocketmq/property-file.js';
import { type Asked, exported, loaded, refusal, SHOP, TWO_HOSTS, textOf } from './support.js';

// biome-ignore lint/suspicious/noExplicitAny: whatever objects a manifest has
type Manifest = any;

async function manifests(source: string, asked: Asked = {}) {
  const profile = await loaded(source);
  const text = textOf(exported('kubernetes', profile, asked), asked.operator ? 'operator.yaml' : 'kubernetes.yaml');
  const objects: Manifest[] = parseAllDocuments(text, { version: '1.1' }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
  const find = (kind: string, name: string): Manifest => {
    const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
    if (!found) throw new Error(`no ${kind} ${name}`);
    return found;
  };
  const fileOf = (id: string) => Object.fromEntries(parsePropertyFile(find('ConfigMap', `${id}-config`).data['node.conf']));
  const container = (id: string) => find('StatefulSet', id).spec.template.spec.containers[0];
  return { profile, text, objects, find, fileOf, container };
}

test('each node has a StatefulSet, a headless Service that finds its pod, and its own ConfigMap', async () => {
  const { profile, find } = await manifests(SHOP);
  for (const { id } of profile.nodes) {
    const set = find('StatefulSet', id);
    const service = find('Service', id);
    expect([set.spec.replicas, set.spec.serviceName, service.spec.clusterIP]).toEqual([1, id, 'None']);
    expect(set.spec.selector.matchLabels).toEqual(service.spec.selector);
    expect(set.spec.template.metadata.labels).toMatchObject(service.spec.selector);
    expect(set.spec.template.spec.volumes[0].configMap.name).toBe(find('ConfigMap', `${id}-config`).metadata.name);
    expect(set.spec.volumeClaimTemplates[0].metadata.name).toBe('data');
    expect(set.spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(30);
  }
});

test('a pod has the identity, the ports and the properties of its node, and the names of the others', async () => {
  const { profile, fileOf, find } = await manifests(SHOP, { namespace: 'shop' });
  const slave = fileOf('broker-b-s');
  const listen = fixedPorts(profile).get('broker-b-s')?.listen;
  expect(slave).toMatchObject({
    brokerName: 'broker-b',
    brokerId: '1',
    brokerRole: 'SLAVE',
    listenPort: String(listen),
    fileReservedTime: '24',
    brokerIP1: 'broker-b-s.shop.svc',
    namesrvAddr: 'namesrv-1.shop.svc:9876;namesrv-2.shop.svc:9877',
  });
  expect(find('Service', 'broker-b-s').spec.ports).toContainEqual({ name: 'listen', port: listen });
  expect(find('Service', 'broker-b-s').metadata.namespace).toBe('shop');
});

test('heap, JVM options and environment are those of the profile, and memory has room for them', async () => {
  const { container } = await manifests(SHOP);
  const { command, env, resources } = container('broker-b-s');
  expect(command).toEqual(expect.arrayContaining(['-Xmx512m', '-Dshop=1']));
  expect(env).toContainEqual({ name: 'TZ', value: 'Asia/Shanghai' });
  // Heap, as much for buffers, and the JVM itself.
  expect(resources.limits.memory).toBe('1280Mi');
  expect(Number.parseInt(resources.requests.memory, 10)).toBeLessThanOrEqual(1280);
});

test('a pod is restarted if it does not answer, and only left out if nobody has registered it', async () => {
  const { container } = await manifests(SHOP);
  const { livenessProbe, readinessProbe, startupProbe } = container('broker-a');
  const question = (probe: Manifest) => probe.exec.command[2];
  expect([question(startupProbe), question(livenessProbe), question(readinessProbe)]).toEqual(['broker', 'broker', 'registered']);
  const controllers = await manifests('controller');
  // Without a majority none has a leader; to restart one would not help.
  expect(question(controllers.container('controller-1').livenessProbe)).toBe('controller');
  expect(question(controllers.container('controller-1').readinessProbe)).toBe('led');
});

test.each(['single', '2m2s', '2m-noslave', 'dledger', 'controller', 'proxy'])('%s: nodes name only nodes that there are', async (name) => {
  const { text, profile } = await manifests(name);
  const named = [...text.matchAll(/([a-z0-9-]+)\.default\.svc/g)].map(([, id = '']) => id.replace(/^n\d-/, ''));
  const ids = profile.nodes.map(({ id }) => id);
  expect(new Set(named)).toEqual(new Set(ids));
});

test('topics are made by a Job, with the addresses of the Services', async () => {
  const { find } = await manifests(SHOP);
  expect(find('Job', 'rocketmq-shop-topics').spec.template.spec.containers[0].command).toEqual(['bash', '/rmqdev/topics.sh']);
  expect(find('ConfigMap', 'rocketmq-shop-scripts').data['topics.sh']).toContain(
    "make updateTopic -n 'namesrv-1.default.svc:9876;namesrv-2.default.svc:9877' -b broker-b.default.svc:10931 -t only-b -r 3 -w 3\n",
  );
});

test.each([
  ['hosts', TWO_HOSTS, {}, /chooses the machine/],
  ['restart: never', 'extends: single\nrestart: never', {}, /always restarts/],
  ['a name that is no DNS label', 'extends: single\nnodes: { Broker_X: { role: broker } }', {}, /lower-case/],
  ['an old DLedger, which cuts names', 'dledger', { version: '4.7.0' }, /first hyphen/],
  ['a namespace that is none', 'single', { namespace: 'My_Shop' }, /lower-case/],
] as const)('refused: %s', async (_, source, asked, why) => {
  const error = await refusal('kubernetes', source, asked);
  expect([error.code, error.text.why]).toEqual(['NOT_EXPORTABLE', expect.stringMatching(why)]);
});

test('operator: a Broker for each brokerName, which keeps its names, roles, heap and properties', async () => {
  const { find, objects } = await manifests(
    'extends: 2m2s-sync\nbrokerClusterName: shop\nroles: { broker: { heap: 512m, properties: { fileReservedTime: 24 } } }',
    {
      operator: true,
    },
  );
  expect(objects.map(({ kind }) => kind)).toEqual(['NameService', 'ConfigMap', 'Broker', 'ConfigMap', 'Broker']);
  const { spec } = find('Broker', 'broker-b');
  expect([spec.size, spec.replicaPerGroup]).toEqual([1, 1]);
  expect(spec.env).toEqual(
    expect.arrayContaining([
      { name: 'BROKER_NAME', value: 'broker-b' },
      { name: 'BROKER_CLUSTER_NAME', value: 'shop' },
      { name: 'BROKER_MEM', value: '-Xms48m -Xmx512m' },
    ]),
  );
  const file = Object.fromEntries(parsePropertyFile(find('ConfigMap', 'broker-b-config').data['broker-common.conf']));
  expect(file).toMatchObject({ brokerRole: 'SYNC_MASTER', fileReservedTime: '24', inSyncReplicas: '2' });
  expect(Object.keys(file)).not.toEqual(expect.arrayContaining(['brokerIP1']));
});

test.each([
  ['a proxy', 'proxy', /no resource for a proxy/],
  ['DLedger', 'dledger', /no DLedger groups/],
  ['controllers', 'controller', /numbers controllers/],
  ['topics', 'extends: single\ntopics: [orders]', /no resource for them/],
  ['another port', 'extends: single\nnodes: { broker-a: { listenPort: 20911 } }', /always listen on 10911/],
  ['brokers of a group that differ', 'extends: 2m2s-sync\nnodes: { broker-a-s: { heap: 1g } }', /differ in heap/],
] as const)('operator refuses %s', async (_, source, why) => {
  const error = await refusal('kubernetes', source, { operator: true });
  expect([error.code, error.text.why]).toEqual(['NOT_EXPORTABLE', expect.stringMatching(why)]);
});
