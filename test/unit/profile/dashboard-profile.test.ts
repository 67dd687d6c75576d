import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ProfileFolder } from './profile-folder.js';

let folder: ProfileFolder;
beforeEach(() => {
  folder = new ProfileFolder();
});
afterEach(() => folder.dispose());

const jarsOf = ({ profile }: Awaited<ReturnType<ProfileFolder['load']>>) =>
  Object.fromEntries(profile.nodes.flatMap(({ id, role, jar }) => (role === 'dashboard' ? [[id, jar]] : [])));

test('--dashboard adds a node if the profile has none; its options then name it', async () => {
  const loaded = await folder.load('single', { dashboard: '/jars/d.jar', set: ['dashboard-1.listenPort=8090'] });
  expect(jarsOf(loaded)).toEqual({ 'dashboard-1': '/jars/d.jar' });
  expect(loaded.profile.nodes.at(-1)).toMatchObject({ id: 'dashboard-1', listenPort: 8_090 });
  expect(loaded.profile.dashboard).toBe('/jars/d.jar');
  expect(jarsOf(await folder.load('single', { dashboard: '' }))).toEqual({ 'dashboard-1': undefined });
  expect((await folder.load('single')).profile.dashboard).toBeUndefined();
});

test('it replaces the jar of a dashboard that the profile has', async () => {
  folder.write('p.yaml', 'extends: single\nnodes:\n  view: { role: dashboard, jar: lib/d.jar }\n');
  expect(jarsOf(await folder.load('./p.yaml'))).toEqual({ view: join(folder.cwd, 'lib', 'd.jar') });
  expect(jarsOf(await folder.load('./p.yaml', { dashboard: '/jars/e.jar' }))).toEqual({ view: '/jars/e.jar' });
});

test('the jar can be given for the role; only dashboards have one', async () => {
  folder.write('p.yaml', 'extends: single\nroles: { dashboard: { jar: d.jar } }\nnodes: { dashboard-1: { role: dashboard } }\n');
  expect(jarsOf(await folder.load('./p.yaml'))).toEqual({ 'dashboard-1': join(folder.cwd, 'd.jar') });
  folder.write('p.yaml', 'extends: single\nnodes: { broker-a: { jar: d.jar } }\n');
  expect((await folder.errorOf('./p.yaml')).text.why).toContain('only dashboards have a jar, broker-a is a broker');
});

test('a dashboard cannot have the port of a proxy, and the message says whose it is', async () => {
  const why = async (port: number) =>
    (await folder.errorOf('proxy', { dashboard: '/d.jar', set: [`dashboard-1.listenPort=${port}`] })).text.why;
  expect(await why(8_080)).toContain('dashboard-1 cannot have port 8080, because proxy-1 has it (its remoting port)');
  expect(await why(8_081)).toContain('its gRPC port');
  await folder.load('proxy', { dashboard: '/d.jar', set: ['dashboard-1.listenPort=8082'] });
  await folder.load('single', { dashboard: '/d.jar', set: ['dashboard-1.listenPort=8080'] });
});

test('a dashboard without a NameServer is refused, as every node is', async () => {
  folder.write('p.yaml', 'nodes: { dashboard-1: { role: dashboard, jar: d.jar } }\n');
  expect((await folder.errorOf('./p.yaml')).text.why).toContain('a cluster needs a NameServer');
});

test('on several hosts it runs on the host that the command names', async () => {
  folder.write(
    'p.yaml',
    'hosts: { a: 192.0.2.1, b: 192.0.2.2 }\nnodes:\n  namesrv-1: { role: namesrv, host: a }\n  broker-a: { role: broker, host: b }\n',
  );
  const { profile } = await folder.load('./p.yaml', { dashboard: '/d.jar', host: 'b' });
  expect(profile.nodes.at(-1)).toMatchObject({ id: 'dashboard-1', host: 'b' });
  expect((await folder.errorOf('./p.yaml', { dashboard: '/d.jar' })).text.why).toContain('dashboard-1 needs its host: a or b');
});
