import { describe, expect, test } from 'vitest';
import {
  compareVersions,
  DEFAULT_RELEASE,
  nearestRelease,
  releaseTraits,
  SUPPORTED_RELEASES,
  TRAIT_ROWS,
} from '../../../src/rocketmq/releases.js';

describe('compareVersions', () => {
  test.each([
    ['4.9.7', '4.10.0', -1],
    ['4.9.10', '4.9.9', 1],
    ['5.0.0', '4.99.99', 1],
    ['5.5.0', '5.5.0', 0],
    ['5.0.0-ALPHA', '5.0.0', 0],
    ['5.5', '5.5.0', 0],
  ])('%s against %s', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
    expect(Math.sign(compareVersions(b, a))).toBe(-sign + 0);
  });

  test('the supported releases are in order and the newest is the default', () => {
    expect([...SUPPORTED_RELEASES].sort(compareVersions)).toEqual(SUPPORTED_RELEASES);
    expect(DEFAULT_RELEASE).toBe(SUPPORTED_RELEASES.at(-1));
  });
});

describe('releaseTraits', () => {
  const traitsOf4 = {
    roles: ['namesrv', 'broker'],
    slaveStarts: 'after-master',
    slaveNeedsHaMasterAddress: true,
    needsRegistrationNudge: false,
    hasHaStatusRequest: false,
    syncNeedsInSyncReplicas: false,
    slaveReadEnable: 'optional',
    stopGraceMs: 15_000,
    storeExitSlowMs: 2_000,
    diskWarningRatio: { default: 0.9, max: 1 },
    logbackProperty: false,
    adminNeedsKeyFile: false,
    unsupportedPlatforms: [],
  };
  const traitsOf5 = {
    roles: ['namesrv', 'broker', 'controller', 'proxy'],
    mappedFileKeys: 'mapped',
    slaveStarts: 'at-once',
    slaveNeedsHaMasterAddress: false,
    needsRegistrationNudge: true,
    hasHaStatusRequest: true,
    syncNeedsInSyncReplicas: true,
    standardRouteJson: true,
    slaveReadEnable: 'required',
    slaveTopicSyncMs: 63_000,
    stopGraceMs: 30_000,
    diskWarningRatio: { default: 0.9, max: 0.9 },
    adminNeedsKeyFile: false,
  };

  test.each([
    ['4.4.0', { ...traitsOf4, adminNeedsKeyFile: true, mappedFileKeys: 'maped', standardRouteJson: false, slaveTopicSyncMs: 60_000 }],
    ['4.5.1', { ...traitsOf4, mappedFileKeys: 'maped', standardRouteJson: false, slaveTopicSyncMs: 10_000 }],
    ['4.5.2', { ...traitsOf4, mappedFileKeys: 'mapped', standardRouteJson: false, slaveTopicSyncMs: 10_000 }],
    ['4.7.0', { ...traitsOf4, mappedFileKeys: 'mapped', standardRouteJson: false }],
    ['4.8.0', { ...traitsOf4, mappedFileKeys: 'mapped', standardRouteJson: false }],
    ['4.9.3', { ...traitsOf4, mappedFileKeys: 'mapped', standardRouteJson: false }],
    ['4.9.7', { ...traitsOf4, mappedFileKeys: 'mapped', standardRouteJson: true }],
    ['5.0.0', { ...traitsOf5, logbackProperty: false, storeExitSlowMs: 8_000 }],
    ['5.1.4', { ...traitsOf5, logbackProperty: true, storeExitSlowMs: 8_000, unsupportedPlatforms: [] }],
    ['5.2.0', { ...traitsOf5, logbackProperty: true, storeExitSlowMs: 8_000, unsupportedPlatforms: [] }],
    ['5.3.3', { ...traitsOf5, logbackProperty: true, storeExitSlowMs: 8_000, unsupportedPlatforms: [] }],
    ['5.5.0', { ...traitsOf5, logbackProperty: true, storeExitSlowMs: 18_000, unsupportedPlatforms: [] }],
  ])('of %s', (version, expected) => {
    expect(releaseTraits(version)).toMatchObject(expected);
  });

  test.each([
    ['4.9.7', 'logback_broker.xml'],
    ['5.0.0', 'logback_broker.xml'],
    ['5.1.0', 'rmq.broker.logback.xml'],
    ['5.5.0', 'rmq.broker.logback.xml'],
  ])('%s reads %s', (version, file) => {
    expect(releaseTraits(version).logbackFileName('broker')).toBe(file);
  });

  test.each([
    ['5.1.1', []],
    ['5.1.3', ['darwin arm64']],
    ['5.3.3', []],
    ['5.4.0', ['linux arm64']],
    ['5.5.0', []],
  ])('%s cannot run on %j', (version, platforms) => {
    expect(releaseTraits(version).unsupportedPlatforms.map(({ platform, arch }) => `${platform} ${arch}`)).toEqual(platforms);
  });

  test('the rows of each trait begin with the first release, rise, and name a source', () => {
    for (const rows of Object.values(TRAIT_ROWS)) {
      const [first, ...later] = rows.map(({ since }) => since);
      expect(first).toBeUndefined();
      expect([...later].sort((a, b) => compareVersions(a as string, b as string))).toEqual(later);
      expect(rows.every(({ source }) => source.length > 0)).toBe(true);
    }
  });
});

test.each([
  ['4.9.8', '4.9.7'],
  ['5.5.1', '5.5.0'],
  ['4.9', '4.9.7'],
  ['5.4.0', '5.5.0'],
  ['5.3', '5.3.3'],
  ['4.6.1', '4.7.0'],
  ['45.1', '4.5.1'],
  ['four', undefined],
  ['5.5.O', '5.5.0'],
])('nearest to %s is %s', (wanted, near) => {
  expect(nearestRelease(wanted, SUPPORTED_RELEASES)).toBe(near);
});
