import { describe, expect, test } from 'vitest';
import { checkProperty, keysOf, lookupKey, rangeOf } from '../../../src/rocketmq/keys.js';
import { SUPPORTED_RELEASES } from '../../../src/rocketmq/releases.js';

describe('lookupKey', () => {
  test('the file size of the commit log was renamed between 4.5.1 and 4.7.0', () => {
    expect(lookupKey('4.5.1', 'broker', 'mapedFileSizeCommitLog')).toEqual({
      key: 'mapedFileSizeCommitLog',
      object: 'MessageStoreConfig',
      type: 'int',
      defaultValue: '1073741824',
    });
    expect(lookupKey('4.5.1', 'broker', 'mappedFileSizeCommitLog')).toBeUndefined();
    expect(lookupKey('4.7.0', 'broker', 'mapedFileSizeCommitLog')).toBeUndefined();
    expect(lookupKey('4.7.0', 'broker', 'mappedFileSizeCommitLog')).toMatchObject({ defaultValue: '1073741824' });
  });

  test('slaveTimeout is read from 4.9.3 on', () => {
    expect(lookupKey('4.7.0', 'broker', 'slaveTimeout')).toBeUndefined();
    expect(lookupKey('4.9.3', 'broker', 'slaveTimeout')).toMatchObject({ type: 'int', defaultValue: '3000' });
    expect(rangeOf('broker', 'slaveTimeout')).toEqual({ first: '4.9.3', last: '5.5.0' });
  });

  test('the default of transactionMetricFlushInterval rose', () => {
    expect(lookupKey('5.3.3', 'broker', 'transactionMetricFlushInterval')?.defaultValue).toBe('3000');
    expect(lookupKey('5.5.0', 'broker', 'transactionMetricFlushInterval')?.defaultValue).toBe('10000');
  });

  test('haListenPort has been a key all along', () => {
    expect(rangeOf('broker', 'haListenPort')).toEqual({ first: '4.4.0', last: '5.5.0' });
  });

  test('a default that belongs to the machine is left out, one below the home of the user is not', () => {
    expect(lookupKey('5.5.0', 'broker', 'brokerName')?.defaultValue).toBeNull();
    expect(lookupKey('5.5.0', 'broker', 'brokerIP1')?.defaultValue).toBeNull();
    expect(lookupKey('5.5.0', 'broker', 'sendMessageThreadPoolNums')?.defaultValue).toBeNull();
    expect(lookupKey('5.5.0', 'broker', 'storePathRootDir')?.defaultValue).toBe('${user' + '.home}/store');
  });

  test('each role reads its own objects', () => {
    expect(lookupKey('5.5.0', 'namesrv', 'kvConfigPath')?.object).toBe('NamesrvConfig');
    expect(lookupKey('5.5.0', 'broker', 'kvConfigPath')).toBeUndefined();
    expect(lookupKey('5.3.3', 'controller', 'controllerStorePath')?.object).toBe('ControllerConfig');
    expect(lookupKey('5.3.3', 'proxy', 'grpcServerPort')?.defaultValue).toBe('8081');
    expect(lookupKey('5.3.3', 'broker', 'authenticationEnabled')?.object).toBe('AuthConfig');
    expect(lookupKey('5.2.0', 'broker', 'authenticationEnabled')).toBeUndefined();
  });

  test('a NameServer fills the client object from 5.0 on', () => {
    expect(lookupKey('4.9.7', 'namesrv', 'clientWorkerThreads')).toBeUndefined();
    expect(lookupKey('5.1.4', 'namesrv', 'clientWorkerThreads')?.object).toBe('NettyClientConfig');
  });

  test('a release between two supported ones may read what either reads', () => {
    expect(lookupKey('4.8.0', 'broker', 'slaveTimeout')).toBeDefined();
    expect(lookupKey('4.6.0', 'broker', 'mapedFileSizeCommitLog')).toBeDefined();
    expect(lookupKey('5.4.0', 'broker', 'liteEventCheckInterval')).toBeDefined();
  });

  test('a release after the newest supported one is taken for the newest', () => {
    expect(lookupKey('5.6.0', 'broker', 'transactionMetricFlushInterval')?.defaultValue).toBe('10000');
  });

  test('names of object members are no keys', () => {
    expect(lookupKey('5.5.0', 'broker', 'constructor')).toBeUndefined();
    expect(lookupKey('5.5.0', 'broker', 'toString')).toBeUndefined();
  });

  test.each(SUPPORTED_RELEASES)('%s reads hundreds of broker keys', (version) => {
    expect(keysOf(version, 'broker').length).toBeGreaterThan(140);
    expect(keysOf(version, 'broker')).toContain('brokerClusterName');
  });
});

describe('checkProperty', () => {
  const ok = (version: string, key: string, value: string) => expect(checkProperty(version, 'broker', key, value)).toBeUndefined();

  test.each([
    ['flushDiskType', 'SYNC_FLUSH'],
    ['waitTimeMillsInSendQueue', '5000'],
    ['maxMessageSize', '+65536'],
    ['autoCreateTopicEnable', 'false'],
    ['autoCreateTopicEnable', 'TRUE'],
    ['messageDelayLevel', '1s 5s'],
    ['waitTimeMillsInSendQueue', ' 5000'],
    ['accessMessageInMemoryMaxRatio', '40'],
  ])('%s=%s is fine', (key, value) => {
    ok('5.5.0', key, value);
  });

  test('an unknown key names the nearest one', () => {
    expect(checkProperty('5.5.0', 'broker', 'flushDiskTyp', 'SYNC_FLUSH')).toEqual({
      code: 'UNKNOWN_KEY',
      severity: 'error',
      message: 'no release of RocketMQ reads flushDiskTyp in the file of a broker; did you mean flushDiskType?',
    });
    expect(checkProperty('5.5.0', 'broker', 'flushdisktype', 'SYNC_FLUSH')?.message).toContain('did you mean flushDiskType?');
    expect(checkProperty('5.5.0', 'broker', 'xqzzywk', '1')?.message).toBe('no release of RocketMQ reads xqzzywk in the file of a broker');
  });

  test('a key of a later release is a warning that says since when', () => {
    expect(checkProperty('4.7.0', 'broker', 'slaveTimeout', '1000')).toEqual({
      code: 'KEY_NOT_READ',
      severity: 'warning',
      message: 'RocketMQ 4.7.0 ignores slaveTimeout; it is read from 4.9.3 on',
    });
  });

  test('a key of an earlier release is a warning that says until when, and its new name', () => {
    expect(checkProperty('5.5.0', 'broker', 'mapedFileSizeCommitLog', '1')).toEqual({
      code: 'KEY_NOT_READ',
      severity: 'warning',
      message: 'RocketMQ 5.5.0 ignores mapedFileSizeCommitLog; it is read up to 4.5.1; this release has mappedFileSizeCommitLog',
    });
    expect(checkProperty('4.4.0', 'broker', 'mappedFileSizeCommitLog', '1')?.message).toContain('this release has mapedFileSizeCommitLog');
  });

  test('a key of another role is a warning', () => {
    expect(checkProperty('5.5.0', 'broker', 'kvConfigPath', '/kv')).toMatchObject({
      severity: 'warning',
      message: 'a broker ignores kvConfigPath, which is a key of a namesrv',
    });
  });

  test('a key that only sample files know is a warning that says where the place is', () => {
    expect(checkProperty('4.9.7', 'broker', 'storePathIndex', '/s/index')).toMatchObject({
      code: 'KEY_NOT_READ',
      severity: 'warning',
      message: expect.stringContaining('<storePathRootDir>/index'),
    });
  });

  test.each([
    ['waitTimeMillsInSendQueue', '5s', 'keeps its default 200'],
    ['waitTimeMillsInSendQueue', '', 'keeps its default 200'],
    ['waitTimeMillsInSendQueue', '1.5', 'keeps its default 200'],
    ['maxMessageSize', '4294967296', 'keeps its default 4194304'],
    ['flushDiskType', 'SYNC', 'keeps its default ASYNC_FLUSH'],
    ['autoCreateTopicEnable', 'yes', 'reads it as false'],
    ['sendMessageThreadPoolNums', 'many', 'keeps its default'],
  ])('%s=%s does not parse: RocketMQ %s in silence', (key, value, outcome) => {
    expect(checkProperty('5.5.0', 'broker', key, value)).toEqual({
      code: 'WRONG_TYPE',
      severity: 'error',
      message: expect.stringMatching(new RegExp(`^${key} must be .*RocketMQ 5\\.5\\.0 ${outcome}$`)),
    });
  });

  test('the words of a choice are listed', () => {
    expect(checkProperty('5.5.0', 'broker', 'flushDiskType', 'SYNC')?.message).toContain('SYNC_FLUSH or ASYNC_FLUSH');
  });

  test('a blank at the end spoils numbers in every release and words before 5.2.0', () => {
    expect(checkProperty('5.5.0', 'broker', 'waitTimeMillsInSendQueue', '5000 ')).toMatchObject({
      code: 'BLANK_AT_END',
      severity: 'error',
    });
    expect(checkProperty('5.5.0', 'broker', 'autoCreateTopicEnable', 'true ')?.message).toContain('reads it as false');
    expect(checkProperty('4.9.7', 'broker', 'flushDiskType', 'SYNC_FLUSH ')?.message).toContain('keeps its default ASYNC_FLUSH');
    expect(checkProperty('4.9.7', 'broker', 'messageDelayLevel', '1s 5s ')).toMatchObject({ code: 'BLANK_AT_END', severity: 'warning' });
    ok('5.2.0', 'flushDiskType', 'SYNC_FLUSH ');
    ok('5.2.0', 'messageDelayLevel', '1s 5s ');
  });

  test.each([
    ['listenPort', 'listenPort of the node'],
    ['brokerId', 'brokerId of the node'],
    ['brokerName', 'brokerName of the node'],
    ['brokerClusterName', 'brokerClusterName of the profile'],
    ['brokerRole', '`replication`'],
    ['namesrvAddr', 'role: namesrv'],
    ['brokerIP1', 'advertise.clients'],
    ['brokerIP2', 'advertise.replication'],
    ['haListenPort', 'listenPort + 1'],
    ['haMasterAddress', 'brokerName and brokerId'],
    ['storePathRootDir', 'RMQDEV_HOME'],
    ['storePathCommitLog', 'RMQDEV_HOME'],
    ['rocketmqHome', '`rocketmq`'],
  ])('%s belongs to rmqdev, which says what to set instead', (key, instead) => {
    expect(checkProperty('5.5.0', 'broker', key, '1')).toMatchObject({
      code: 'OWNED_KEY',
      severity: 'error',
      message: expect.stringContaining(instead),
    });
  });

  test('a broker key in the file of a NameServer is not owned, only ignored', () => {
    expect(checkProperty('5.5.0', 'namesrv', 'brokerId', '1')).toMatchObject({ code: 'KEY_NOT_READ', severity: 'warning' });
  });
});

test('a listenPort that does not parse stays what the start-up code set, not what the class has', () => {
  for (const version of SUPPORTED_RELEASES) {
    expect(lookupKey(version, 'broker', 'listenPort')?.defaultValue).toBe('10911');
    expect(lookupKey(version, 'namesrv', 'listenPort')?.defaultValue).toBe('9876');
  }
});
