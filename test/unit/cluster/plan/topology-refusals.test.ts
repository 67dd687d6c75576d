import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { refuseMissingModules, refuseUnsupportedTopology } from '../../../../src/cluster/plan/releases-and-jdks.js';
import type { Profile } from '../../../../src/profile/profile.js';
import { SUPPORTED_RELEASES } from '../../../../src/rocketmq/releases.js';
import { nodeProfile, profileOf } from '../../../fakes/cluster.js';

const replica = (id: string) => nodeProfile(id, { election: 'controller' });
const DLEDGER = profileOf(['namesrv-1', 'broker-a-n0', 'broker-a-n1', 'broker-a-n2'], { name: 'dledger' });
const CONTROLLER = profileOf(['namesrv-1', 'controller-1', replica('broker-a-n0'), replica('broker-a-n1')], { name: 'controller' });

function refusal(profile: Profile, version: string): unknown {
  try {
    refuseUnsupportedTopology(profile, new Map(profile.nodes.map(({ id }) => [id, version])));
    return undefined;
  } catch (error) {
    return error;
  }
}
const refusedOn = (profile: Profile) => SUPPORTED_RELEASES.filter((version) => refusal(profile, version) !== undefined);

test('a profile runs on the releases that have its roles and its way of electing', () => {
  expect(refusedOn(profileOf())).toEqual([]);
  expect(refusedOn(DLEDGER)).toEqual(['4.4.0']);
  expect(refusedOn(CONTROLLER)).toEqual(['4.4.0', '4.5.1', '4.7.0', '4.9.3', '4.9.7']);
});

test('the refusal says what the release lacks, and which ones have it', () => {
  expect(refusal(DLEDGER, '4.4.0')).toMatchObject({
    code: 'UNSUPPORTED',
    text: {
      what: 'profile dledger cannot run on RocketMQ 4.4.0',
      why: 'broker-a-n0 has replication: dledger, which this release does not know; the first tested one that does is 4.5.1',
      next: expect.stringContaining('--rocketmq 5.5.0'),
    },
  });
  expect(refusal(CONTROLLER, '4.9.7')).toMatchObject({ text: { why: expect.stringContaining('controller-1 is a controller') } });
});

test.each([
  ['installed', /^Move it away/],
  ['directory', /^Name a whole one, .*`rmqdev up p --rocketmq 5\.3\.3` installs it$/],
  ['rocketmq-home', /^Run `unset ROCKETMQ_HOME`/],
])(
  'a release (%s) that lost the classes of a proxy: what helps there, and no folder of the user’s is to be moved',
  async (source, next) => {
    const home = mkdtempSync(join(tmpdir(), 'rd-release-'));
    onTestFinished(() => rmSync(home, { recursive: true }));
    mkdirSync(join(home, 'lib'));
    const profile = profileOf(['namesrv-1', 'broker-a', 'proxy-1'], { name: 'p' });
    const releases = new Map(profile.nodes.map(({ id }) => [id, { home, version: '5.3.3', source }]));
    await expect(refuseMissingModules(profile, releases)).rejects.toMatchObject({
      code: 'RELEASE_INVALID',
      text: { next: expect.stringMatching(next) },
    });
  },
);
