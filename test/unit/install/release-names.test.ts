import { expect, test } from 'vitest';
import { apacheMirrors } from '../../../src/install/apache-archive.js';
import { mavenArtifacts } from '../../../src/install/maven-artifacts.js';
import { versionsOfJars } from '../../../src/install/release-home.js';

test('the version is the one in the name of a RocketMQ module, not of anything beside it', () => {
  const jars = ['netty-all-4.1.65.Final.jar', 'rocketmq-proto-2.0.4.jar', 'rocketmq-rocksdb-1.0.6.jar', 'rocketmq-broker-5.5.0.jar'];
  expect(versionsOfJars(jars)).toEqual(['5.5.0']);
  expect(versionsOfJars(['rocketmq-namesrv-5.6.0-SNAPSHOT.jar'])).toEqual(['5.6.0-SNAPSHOT']);
  expect(versionsOfJars(['rocketmq-broker-5.5.0-sources.jar', 'rocketmq-broker.jar', 'rocketmq-broker-x.jar'])).toEqual([]);
  expect(versionsOfJars(['rocketmq-broker-4.9.7.jar', 'rocketmq-namesrv-5.5.0.jar'])).toEqual(['4.9.7', '5.5.0']);
});

test('Maven is asked for the modules that were published for the release', () => {
  expect(mavenArtifacts('4.9.7')).toEqual(['rocketmq-namesrv', 'rocketmq-broker', 'rocketmq-tools']);
  expect(mavenArtifacts('5.3.3')).toEqual(expect.arrayContaining(['rocketmq-controller', 'rocketmq-proxy', 'rocketmq-container']));
  expect(mavenArtifacts('5.1.4')).toContain('rocketmq-controller');
  expect(mavenArtifacts('5.1.4')).not.toContain('rocketmq-proxy');
  expect(mavenArtifacts('5.5.0')).toContain('rocketmq-example');
});

test('RMQDEV_APACHE_MIRRORS replaces the mirrors of Apache', () => {
  expect(apacheMirrors({ RMQDEV_APACHE_MIRRORS: ' https://a.example/rocketmq/ ,,http://b.example' })).toEqual([
    'https://a.example/rocketmq',
    'http://b.example',
  ]);
  for (const env of [{}, { RMQDEV_APACHE_MIRRORS: '' }]) expect(apacheMirrors(env)[0]).toMatch(/^https:\/\/archive\.apache\.org\//);
});
