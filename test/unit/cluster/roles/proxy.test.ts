import { expect, test } from 'vitest';
import { proxyRole, remotingAddress } from '../../../../src/cluster/roles/proxy.js';
import { configured } from '../../../../src/cluster/spec/node-spec.js';
import { nodeProfile, profileOf, specOf } from '../../../fakes/cluster.js';

const profile = profileOf(
  ['namesrv-1', 'namesrv-2', 'broker-a', nodeProfile('proxy-1', { properties: { grpcShutdownTimeSeconds: '5' } })],
  {
    brokerClusterName: 'orders',
  },
);
const proxy = specOf('proxy-1', { profile });

test('its file names the brokers that it serves, every NameServer and both ports, each with a reason', () => {
  expect(configured(proxy, 'rocketMQClusterName')).toBe('orders');
  expect(configured(proxy, 'namesrvAddr')).toBe('127.0.0.1:9876;127.0.0.1:9877');
  expect({ grpc: proxy.localAddress, remoting: remotingAddress(proxy) }).toEqual({ grpc: '127.0.0.1:8081', remoting: '127.0.0.1:8080' });
  expect(proxy.config.every(({ reason }) => reason.length > 10)).toBe(true);
});

test('the JVM gets JSON with numbers as numbers; a value of the profile is in it', () => {
  const json = JSON.parse(proxyRole.renderRunConfig?.(proxy) ?? '');
  expect(json).toMatchObject({ proxyMode: 'CLUSTER', grpcServerPort: 8081, remotingListenPort: 8080, grpcShutdownTimeSeconds: 5 });
  expect(proxyRole.programArguments?.(proxy)).toEqual(['-pc', proxy.paths.runConfig]);
});

test('truth values are JSON too, text stays text', () => {
  const properties = { traceOn: 'TRUE', regionId: '1' };
  const spec = specOf('proxy-1', { profile: profileOf(['namesrv-1', 'broker-a', nodeProfile('proxy-1', { properties })]) });
  expect(JSON.parse(proxyRole.renderRunConfig?.(spec) ?? '')).toMatchObject({ traceOn: true, regionId: '1' });
});

test('clients of the remoting protocol are told the address that the profile advertises', () => {
  const advertise = { clients: '192.0.2.7', replication: '127.0.0.1' };
  const spec = specOf('proxy-1', { profile: profileOf(['namesrv-1', 'broker-a', nodeProfile('proxy-1', { advertise })]) });
  expect(configured(spec, 'remotingAccessAddr')).toBe('192.0.2.7');
});
