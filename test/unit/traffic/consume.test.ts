import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RequestCode } from '../../../src/remoting/codes.js';
import { consume } from '../../../src/traffic/consume.js';
import type { ConsumeRequest, ConsumeRun } from '../../../src/traffic/consume-request.js';
import { FakeTopic } from '../../fakes/traffic.js';

const REQUEST: ConsumeRequest = {
  topic: 'T',
  filter: { tags: undefined, key: undefined },
  group: undefined,
  from: 'first',
  readFrom: 'master',
  follow: false,
  limit: undefined,
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What a run has shown and said, as it goes. */
type Running = { readonly shown: string[]; readonly notices: string[]; readonly ended: Promise<ConsumeRun> };

/** @param write what the output does with a body (default: it is written at once) */
function start(fake: FakeTopic, request: Partial<ConsumeRequest>, write: (body: string) => Promise<void> = async () => {}): Running {
  const shown: string[] = [];
  const notices: string[] = [];
  const tell = {
    message: async ({ message }: { message: { body: Buffer } }) => {
      await write(message.body.toString());
      shown.push(message.body.toString());
    },
    notice: (text: string) => void notices.push(text),
  };
  return { shown, notices, ended: consume(fake.access, { ...REQUEST, ...request }, tell) };
}

/** Lets time pass until `check` holds. */
async function until(check: () => void): Promise<void> {
  for (let turns = 0; ; turns += 1) {
    try {
      return check();
    } catch (error) {
      if (turns === 2_000) throw error;
      await vi.advanceTimersByTimeAsync(25);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }
}

/** A run to its end. */
async function run(fake: FakeTopic, request: Partial<ConsumeRequest>, write?: (body: string) => Promise<void>) {
  const running = start(fake, request, write);
  let outcome: ConsumeRun | Error | undefined;
  running.ended.then(
    (value) => {
      outcome = value;
    },
    (error: Error) => {
      outcome = error;
    },
  );
  await until(() => expect(outcome).toBeDefined());
  if (outcome instanceof Error) throw outcome;
  return { ...running, ...(outcome as ConsumeRun) };
}

/** m1 … m<count>, one queue of one broker after the other. */
function filled(queueCount: number, count: number) {
  const fake = new FakeTopic();
  const a = fake.add('broker-a', queueCount);
  const b = fake.add('broker-b', queueCount);
  for (let n = 1; n <= count; n += 1) fake.put(n % 2 === 1 ? a : b, Math.floor((n - 1) / 2) % queueCount, `m${n}`);
  return { fake, a, b };
}

test('the last so many are shown, and nothing is committed of a queue that has none of them', async () => {
  const { fake, a, b } = filled(2, 12);
  fake.put(b, 0, 'm13');
  fake.put(b, 0, 'm14');
  const { shown } = await run(fake, { group: 'g', from: { lastCount: 3 }, limit: 3 });
  expect(shown).toEqual(['m12', 'm13', 'm14']);
  expect([a.committed('g'), b.committed('g')]).toEqual([{}, { 0: 5, 1: 3 }]);
});

test('a group that stands somewhere goes on there, whatever --from says', async () => {
  const { fake, a } = filled(1, 20);
  a.offsets.set('g', new Map([[0, 2]]));
  const first = await run(fake, { group: 'g', from: { lastCount: 3 }, limit: 3 });
  expect(first.shown).toEqual(['m5', 'm7', 'm9']);
  expect(a.committed('g')).toEqual({ 0: 5 });
});

test('messages that are stored while the backlog is read are neither committed nor passed over', async () => {
  const { fake, a } = filled(1, 4);
  let isAdded = false;
  const { shown } = await run(fake, { group: 'g' }, async () => {
    if (!isAdded) fake.put(a, 0, 'late');
    isAdded = true;
  });
  expect(shown).toEqual(['m1', 'm2', 'm3', 'm4']);
  expect(a.committed('g')).toEqual({ 0: 2 });

  const again = filled(1, 2);
  let isPut = false;
  const following = start(again.fake, { follow: true }, async () => {
    if (!isPut) again.fake.put(again.a, 0, 'late');
    isPut = true;
  });
  await until(() => expect(following.shown).toEqual(['m1', 'm2', 'late']));
  again.fake.interrupt();
  await following.ended;
});

test('an interrupt commits what was written, and not what is still on its way', async () => {
  const { fake, a } = filled(1, 20);
  const running = start(fake, { group: 'g' }, async (body) => {
    if (body === 'm7') fake.interrupt();
    if (Number(body.slice(1)) >= 7) await new Promise(() => {});
  });
  let isOver = false;
  void running.ended.then(() => {
    isOver = true;
  });
  await until(() => expect(isOver).toBe(true));
  expect(running.shown).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'm6']);
  expect(a.committed('g')).toEqual({ 0: 3 });
  expect((await running.ended).summary.received).toBe(6);
});

test('an interrupt while the last ones are looked for commits nothing', async () => {
  const { fake, a, b } = filled(1, 400);
  const { message, notice } = { message: async () => {}, notice: () => {} };
  const access = fake.access;
  let pulls = 0;
  const client = {
    invoke: (...args: Parameters<typeof access.client.invoke>) => {
      if (args[1] === RequestCode.PULL_MESSAGE) pulls += 1;
      if (pulls === 3) fake.interrupt();
      return access.client.invoke(...args);
    },
  } as typeof access.client;
  const { summary } = await consume(
    { ...access, client },
    { ...REQUEST, group: 'g', from: { lastCount: 200 }, limit: 200 },
    { message, notice },
  );
  expect(summary.received).toBe(0);
  expect([a.committed('g'), b.committed('g')]).toEqual([{}, {}]);
});

test('an output that takes no more ends reading, and only what it took before is committed', async () => {
  const { fake, a, b } = filled(1, 20);
  const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
  const { shown, outputError, summary } = await run(fake, { group: 'g', follow: true }, async (body) => {
    if (Number(body.slice(1)) > 5) throw gone;
  });
  expect(shown).toHaveLength(5);
  expect(outputError).toBe(gone);
  expect(summary.received).toBe(5);
  expect([a.committed('g'), b.committed('g')]).toEqual([{ 0: 3 }, { 0: 2 }]);
});

test('a queue that fails keeps no other from being read, and is told at the end', async () => {
  const { fake, a, b } = filled(2, 12);
  a.refused.set(1, 1);
  const { shown, problem } = await run(fake, { group: 'g' });
  expect(shown).toEqual(['m1', 'm2', 'm4', 'm5', 'm6', 'm8', 'm9', 'm10', 'm12']);
  expect(problem).toMatchObject({ code: 'READ_FAILED', text: { what: 'queue 1 of T on broker-a cannot be read' } });
  expect([a.committed('g'), b.committed('g')]).toEqual([{ 0: 3 }, { 0: 3, 1: 3 }]);
});

test('following goes on beside a queue that fails, and reads that one as soon as it can', async () => {
  const { fake, a, b } = filled(2, 4);
  a.refused.set(0, 1);
  const running = start(fake, { follow: true });
  await until(() => expect(running.shown).toEqual(['m2', 'm3', 'm4']));
  fake.put(b, 0, 'm5');
  await until(() => expect(running.shown).toContain('m5'));
  expect(running.notices).toEqual([expect.stringMatching(/^queue 0 of broker-a cannot be read now: /)]);
  a.refused.clear();
  await until(() => expect(running.shown).toContain('m1'));
  expect(running.notices.at(-1)).toMatch(/^queue 0 of broker-a is read again/);
  fake.interrupt();
  await running.ended;
});

test('queues that come later are read from where the group stands, without one from their beginning', async () => {
  for (const [group, expected] of [
    ['g', ['m2', 'n3', 'n4', 'o1', 'o2']],
    [undefined, ['m1', 'm2', 'n1', 'n2', 'n3', 'n4', 'o1', 'o2']],
  ] as const) {
    const fake = new FakeTopic();
    const a = fake.add('broker-a', 1);
    for (const body of ['m1', 'm2']) fake.put(a, 0, body);
    a.offsets.set('g', new Map([[0, 1]]));
    const running = start(fake, { group, follow: true });
    await until(() => expect(running.shown).toContain('m2'));
    const b = fake.add('broker-b', 2);
    b.offsets.set('g', new Map([[0, 2]]));
    for (const body of ['n1', 'n2', 'n3', 'n4']) fake.put(b, 0, body);
    for (const body of ['o1', 'o2']) fake.put(b, 1, body);
    await until(() => expect(running.shown.toSorted()).toEqual(expected));
    fake.interrupt();
    await running.ended;
    if (group) expect(b.committed('g')).toEqual({ 0: 4, 1: 2 });
  }
});

test('the first offsets of a group are all kept, though a broker loses one of two that come at once', async () => {
  const { fake, a, b } = filled(4, 40);
  const { notices, summary } = await run(fake, { group: 'g' });
  expect([a.committed('g'), b.committed('g')]).toEqual([
    { 0: 5, 1: 5, 2: 5, 3: 5 },
    { 0: 5, 1: 5, 2: 5, 3: 5 },
  ]);
  expect(notices).toEqual([]);
  expect(summary.queues.map(({ committed }) => committed)).toEqual(Array.from({ length: 8 }, () => 5));
});

test('an offset that a broker confirms and does not keep is committed again, and told if that does not help', async () => {
  const { fake, a } = filled(1, 4);
  a.forgets = 1;
  expect((await run(fake, { group: 'g' })).notices).toEqual([]);
  expect(a.committed('g')).toEqual({ 0: 2 });

  const forgetful = filled(1, 4);
  forgetful.a.forgets = Number.POSITIVE_INFINITY;
  const { notices, summary } = await run(forgetful.fake, { group: 'g' });
  expect(notices).toEqual([expect.stringMatching(/^the offset of g in queue 0 of broker-a could not be committed: .*does not keep it/)]);
  expect(summary.queues.map(({ committed }) => committed)).toEqual([null, 2]);
});
