import { expect, test } from 'vitest';
import { ClusterPaths } from '../../../../src/base/paths.js';
import { startNeeds, stopTiers } from '../../../../src/cluster/actions/start-order.js';
import { canArchive } from '../../../../src/cluster/launch/class-archive.js';
import { specsOnHost } from '../../../../src/cluster/roles/build-specs.js';
import { renderConfig, runConfigFile } from '../../../../src/cluster/roles/config-file.js';
import { isOptional, ROLE_DEFINITIONS } from '../../../../src/cluster/roles/definitions.js';
import { changesBetween } from '../../../../src/cluster/spec/differences.js';
import { configured, type JarRef, type NodeSpec } from '../../../../src/cluster/spec/node-spec.js';
import type { Profile } from '../../../../src/profile/profile.js';
import { readBrokers } from '../../../../src/remoting/dashboard-api.js';
import { assignmentsOf, nodeProfile, profileOf } from '../../../fakes/cluster.js';

const JAR: JarRef = {
  path: '/jars/rocketmq-dashboard-2.1.0.jar',
  generation: 'dashboard-2',
  title: 'RocketMQ dashboard 2.1.0',
  version: '2.1.0',
  springBoot: 3,
  setters: ['setAccessKey', 'setNamesrvAddrs', 'setProxyAddrs', 'setSecretKey', 'setUseTLS'],
  java: 17,
  modifiedMs: 1_000,
};
const NODES = ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s', 'proxy-1', 'dashboard-1'];

function specsOf(profile: Profile = profileOf(NODES), jar = JAR): NodeSpec[] {
  const assignments = assignmentsOf(profile);
  const assigned = assignments.get('dashboard-1');
  if (assigned) assignments.set('dashboard-1', { ...assigned, jar });
  return specsOnHost({ cluster: 'c', profile, host: undefined, paths: new ClusterPaths('/home/clusters/c'), assignments });
}
const dashboardOf = (specs: readonly NodeSpec[]) => specs.find(({ id }) => id === 'dashboard-1') as NodeSpec;

test('it is told every NameServer, its proxies and its own folders; each line has a reason', () => {
  const node = dashboardOf(specsOf());
  expect(configured(node, 'rocketmq.config.namesrvAddrs[0]')).toBe('127.0.0.1:9876;127.0.0.1:9877');
  expect(configured(node, 'rocketmq.config.proxyAddrs[0]')).toBe('127.0.0.1:8080');
  expect(configured(node, 'rocketmq.config.dataPath')).toBe('/home/clusters/c/nodes/dashboard-1/store');
  expect(configured(node, 'server.port')).toBe('8082');
  expect(configured(node, 'server.address')).toBe('127.0.0.1');
  expect(node.config.every(({ reason }) => reason.length > 10)).toBe(true);
});

test('its JVM runs the jar with our marker, and knows no release', () => {
  const node = dashboardOf(specsOf());
  expect(node.javaArgs).toEqual(
    expect.arrayContaining([
      '-Drmqdev.node=/home/clusters/c/nodes/dashboard-1',
      '-Duser.home=/home/clusters/c/nodes/dashboard-1',
      '-Xmx256m',
    ]),
  );
  expect(node.javaArgs.join(' ')).not.toMatch(/rocketmq\.home|logback/);
  const { mainClass, programArguments } = ROLE_DEFINITIONS.dashboard;
  expect(mainClass).toBeNull();
  expect(programArguments?.(node)).toEqual(['--spring.config.additional-location=file:./run/application.properties']);
  expect(runConfigFile(node)).toBe('/home/clusters/c/nodes/dashboard-1/run/application.properties');
  expect(renderConfig(node)).toMatch(/^# dashboard-1: RocketMQ dashboard 2\.1\.0 of cluster c, .*\n.*run\/application\.properties/);
  expect(canArchive(node)).toBe(false);
});

test('with acl and tls it has the account, and asks over TLS', () => {
  const account = { accessKey: 'rocketmq2', secretKey: '12345678' };
  const node = dashboardOf(specsOf(profileOf(NODES, { acl: account, tls: true })));
  expect(configured(node, 'rocketmq.config.accessKey')).toBe('rocketmq2');
  expect(configured(node, 'rocketmq.config.secretKey')).toBe('12345678');
  expect(configured(node, 'rocketmq.config.useTLS')).toBe('true');
  expect(node.javaArgs).toContain('-Dtls.enable=true');
  // The key is not shown when it changes.
  const other = dashboardOf(specsOf(profileOf(NODES, { acl: { ...account, secretKey: '87654321' }, tls: true })));
  expect(changesBetween(node, other)).toEqual(['rocketmq.config.secretKey changes']);
});

test('a property of the profile wins, and another jar or another build of it is a change', () => {
  const properties = { 'server.address': '0.0.0.0' };
  const node = dashboardOf(specsOf(profileOf([...NODES.slice(0, -1), nodeProfile('dashboard-1', { properties })])));
  expect(configured(node, 'server.address')).toBe('0.0.0.0');
  const before = dashboardOf(specsOf());
  expect(changesBetween(before, dashboardOf(specsOf(profileOf(NODES), { ...JAR, modifiedMs: 2_000 })))).toEqual([
    expect.stringContaining('jar /jars/rocketmq-dashboard-2.1.0.jar'),
  ]);
  expect(changesBetween(before, dashboardOf(specsOf()))).toEqual([]);
});

test('it starts after all others, stops in the first tier, and the cluster is ready without it', () => {
  const specs = specsOf();
  const node = dashboardOf(specs);
  expect(startNeeds(node, specs).map(({ id, until }) => `${id} ${until}`)).toEqual([
    'namesrv-1 ready',
    'namesrv-2 ready',
    'broker-a ready',
    'broker-a-s ready',
    'proxy-1 ready',
  ]);
  expect(stopTiers(specs)[0]?.map(({ id }) => id)).toContain('dashboard-1');
  expect(specs.filter(isOptional).map(({ id }) => id)).toEqual(['dashboard-1']);
});

test('its API is read: brokers with addresses, or what it says is wrong', () => {
  const table = {
    'broker-a': { cluster: 'DefaultCluster', brokerName: 'broker-a', brokerAddrs: { '0': '127.0.0.1:10911', '1': '127.0.0.1:10921' } },
  };
  const body = JSON.stringify({ status: 0, data: { clusterInfo: { brokerAddrTable: table } }, errMsg: null });
  expect([...readBrokers(body)]).toEqual([['broker-a', ['127.0.0.1:10911', '127.0.0.1:10921']]]);
  expect(() => readBrokers('{"status":-1,"data":null,"errMsg":"connect to null failed"}')).toThrow('connect to null failed');
  expect(() => readBrokers('<html>')).toThrow('not JSON');
});
