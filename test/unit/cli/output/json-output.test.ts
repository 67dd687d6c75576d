import { expect, test } from 'vitest';
import { RmqdevError } from '../../../../src/base/errors.js';
import { jsonOutput } from '../../../../src/cli/output/json-output.js';
import type { Output } from '../../../../src/cli/output/output.js';
import { clusterStatus, nodeStatus, Printed, planOf } from '../../../fakes/status.js';

/** @returns what `say` prints: each line of stdout and stderr as the object that it is. */
function printed(say: (output: Output) => void, showsProgress = false): { out: unknown[]; err: unknown[] } {
  const [stdout, stderr] = [new Printed(), new Printed()];
  say(jsonOutput(stdout.stream, stderr.stream, { showsProgress }));
  const parse = (text: string) => {
    expect(text === '' || text.endsWith('\n')).toBe(true);
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as unknown]));
  };
  return { out: parse(stdout.text), err: parse(stderr.text) };
}

const status = clusterStatus(nodeStatus());
const notice = { event: 'notice', message: 'zwei\nZeilen' } as const;

test('a status is one object, whatever changed it', () => {
  for (const say of [
    (output: Output) => output.status(status),
    (output: Output) => output.statusAgain(status),
    (output: Output) => output.changed('Stopped', status),
  ])
    expect(printed(say)).toEqual({ out: [{ ...status, notices: [] }], err: [] });
});

test('a stream is one object a line, also where a text has lines of its own', () => {
  const say = (output: Output) => {
    for (let i = 0; i < 3; i += 1)
      output.log({ node: 'broker-a', file: 'broker.log', at: null, level: null, text: `failed\n\tat x(${i})` });
  };
  expect(printed(say).out).toHaveLength(3);
});

test('up prints its events first and then the result; other verbs only the result', () => {
  const say = (output: Output) => {
    output.progress(notice);
    output.endProgress();
    output.upDone({ ...status, readyMs: 3_700, stages: {} }, true);
  };
  expect(printed(say, true).out).toEqual([notice, { ...status, readyMs: 3_700, stages: {}, notices: [] }]);
  expect(printed(say, false).out).toEqual([{ ...status, readyMs: 3_700, stages: {}, notices: [notice.message] }]);
});

test('a dry run is the plan alone', () => {
  expect(printed((output) => output.plan(planOf())).out).toEqual([planOf()]);
});

test('a failure is an object on stderr, with its stack only when asked for', () => {
  const error = new RmqdevError('PORT_IN_USE', { what: 'a', why: 'b', next: 'c' });
  const payload = { code: 'PORT_IN_USE', what: 'a', why: 'b', next: 'c' };
  expect(printed((output) => output.error(error, false))).toEqual({ out: [], err: [{ error: payload }] });
  expect(printed((output) => output.error(error, true)).err).toEqual([
    { error: { ...payload, stack: expect.stringContaining('RmqdevError') } },
  ]);
});

test('what is said beside the result is in it; a cluster’s own notices come first', () => {
  const say = (output: Output) => {
    output.notice('the daemon is older');
    output.progress(notice);
    output.detached('the start');
    output.changed('Started', { ...status, notices: ['mended'] });
    output.end();
  };
  expect(printed(say)).toEqual({ out: [{ ...status, notices: ['mended', 'the daemon is older', notice.message] }], err: [] });
});

test('in a stream a notice is a line: one that came first before the first item, a later one at once', () => {
  const log = { node: 'broker-a', file: 'broker.log', at: null, level: null, text: 'x' };
  const say = (output: Output) => {
    output.notice('first');
    output.log(log);
    output.notice('second');
    output.end();
  };
  expect(printed(say).out).toEqual([{ event: 'notice', message: 'first' }, log, { event: 'notice', message: 'second' }]);
});

test('no notice is lost: without a result it is a line, with a failure it is beside it', () => {
  const say = (output: Output) => {
    output.notice('alone');
    output.end();
  };
  expect(printed(say).out).toEqual([{ event: 'notice', message: 'alone' }]);
  const failed = printed((output) => {
    output.notice('before');
    output.error(new RmqdevError('PORT_IN_USE', { what: 'a', why: 'b', next: 'c' }), false);
    output.end();
  });
  expect(failed).toEqual({ out: [], err: [{ error: expect.objectContaining({ code: 'PORT_IN_USE' }), notices: ['before'] }] });
});

test('traffic: a notice is an event of a stream, at once, and a field of an answer', () => {
  const stream = printed((output) => {
    output.notice('the daemon is older');
    output.beginStream();
    output.notice('queue 0 cannot be read now');
  });
  const notices = ['the daemon is older', 'queue 0 cannot be read now'].map((message) => ({ event: 'notice', message }));
  expect(stream).toEqual({ out: notices, err: [] });
  const answer = printed((output) => {
    output.notice('offsets stay');
    output.done({ group: 'g', action: 'deleted', brokers: ['broker-a'] });
  });
  expect(answer.out).toEqual([{ group: 'g', action: 'deleted', brokers: ['broker-a'], notices: ['offsets stay'] }]);
});

test('a daemon that does not run is null', () => {
  expect(printed((output) => output.daemon(null, 'No daemon runs')).out).toEqual([null]);
});
