import { expect, test } from 'vitest';
import { PAIR, useHarness } from '../../support/harness.js';

const harness = useHarness();

// All specs once changed at a stroke: running brokers were then asked for on a NameServer that their configuration did not name, and `up` ended in TIMEOUT.
test('a NameServer more: it starts, then the brokers are restarted together to know it', async () => {
  const h = harness();
  h.profileOf('pair', PAIR);
  await h.up('pair');
  const before = await h.pids();
  h.profileOf('pair', ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s']);
  const { json, lines } = await h.up('pair', '--json');
  expect(json).toMatchObject({ state: 'ready', namesrvAddr: h.namesrvAddr });
  expect(await h.node('broker-a')).toMatchObject({ registeredWith: h.namesrvAddr.split(';'), inSync: true });
  expect((await h.pids())['namesrv-1']).toBe(before['namesrv-1']);
  expect(lines).toContainEqual(expect.objectContaining({ event: 'notice', message: expect.stringContaining('restarted together') }));
});

// The slave once started before its master knew the new NameServer, which lists no slave alone: `up` ended in TIMEOUT.
test('a NameServer and a slave more by one edit: both come up', async () => {
  const h = harness();
  h.profileOf('grown', ['namesrv-1', 'broker-a']);
  await h.up('grown');
  h.profileOf('grown', ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s']);
  expect((await h.up('grown', '--json')).json).toMatchObject({ state: 'ready' });
  expect(await h.node('broker-a-s')).toMatchObject({ registeredWith: h.namesrvAddr.split(';'), inSync: true });
});

test('a NameServer or a master on another port: the nodes concerned are restarted together, and are in sync again', async () => {
  const h = harness();
  h.profileOf('moved', PAIR);
  await h.up('moved');
  for (const id of ['namesrv-1', 'broker-a'] as const) {
    const port = h.port(id) + 60;
    const { json, lines } = await h.up('moved', '--set', `${id}.listenPort=${port}`, '--json');
    expect(json).toMatchObject({ state: 'ready' });
    expect(lines).toContainEqual(expect.objectContaining({ event: 'notice', message: expect.stringContaining('restarted together') }));
    expect((await h.node(id)).ports).toMatchObject({ listen: port });
    expect(await h.node('broker-a-s')).toMatchObject({ state: 'ready', inSync: true });
  }
});
