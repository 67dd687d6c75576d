import { expect, test } from 'vitest';
import { lint } from '../../../../src/diagnose/lint.js';
import { setsOf } from '../../../../src/import/read-sets.js';
import { SUPPORTED_RELEASES } from '../../../../src/rocketmq/releases.js';
import SAMPLES from '../../../fixtures/shipped-samples.json' with { type: 'json' };

/**
 * distribution/conf of the tags rocketmq-all-<release>, without comments, and with /home/rocketmq for the home of root in the stores of
 * conf/container; 5.5.0 has no tag yet, its rows are the main branch's.
 */
const samplesOf = (release: string) => SAMPLES.filter(({ releases }) => releases.includes(release));

const notes = async (release: string, version: string | undefined) => {
  const samples = samplesOf(release);
  const read = async (wanted: string) => Buffer.from(samples.find(({ path }) => path === wanted)?.lines.join('\n') ?? '');
  const sets = await setsOf(
    samples.map(({ path }) => ({ path, asked: false })),
    read,
  );
  return lint(sets, version);
};

test.each(SUPPORTED_RELEASES)(
  'the files that %s ships give no error and no warning, whether the release is named or not',
  async (release) => {
    for (const version of [release, undefined]) {
      const { findings, files } = await notes(release, version);
      expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
      expect(files).toBeGreaterThan(10);
    }
  },
);

test('on one machine they clash, and that is said apart', async () => {
  const { oneMachine } = await notes('4.9.7', '4.9.7');
  expect(new Set(oneMachine.map(({ code }) => code))).toEqual(new Set(['PORT_CONFLICT', 'STORE_SHARED']));
});
