import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Result } from '../../src/contract/routes.js';
import { freePorts } from '../support/free-ports.js';
import { installedRelease } from './support/releases.js';
import { CLI, type Rmqdev, withRmqdev } from './support/rmqdev.js';

type Message = {
  event: string;
  body: string;
  brokerName: string;
  queueId: number;
  tags: string | null;
  keys: string | null;
  msgId: string;
  readFrom: string;
};
type Sent = { event: string; status: string; msgId: string; brokerName: string; queueId: number };
type Summary = { event: 'summary'; sent: number; failed: number; received: number; statuses: Record<string, number> };
type Group = { lag: number; members: number; offsets: { offset: number }[] };

const WAIT_MS = 60_000;

/** What RocketMQ's programs leave in a user's home where nobody keeps them from it; Java does not look at HOME. */
const inUserHome = (): string[] => ['logs', 'store', '.rocketmq_offsets'].filter((name) => existsSync(join(userInfo().homedir, name)));

async function up(rmqdev: Rmqdev, profile: string, version: string, ids: readonly string[]): Promise<Result<'up'>> {
  const ports = await freePorts(ids.length);
  const options = ids.flatMap((id, index) => ['--set', `${id}.listenPort=${ports[index]}`]);
  return rmqdev.json<Result<'up'>>('up', profile, '--rocketmq', await installedRelease(version), ...options);
}

const messages = (items: readonly Message[]): Message[] => items.filter(({ event }) => event === 'message');

test('RocketMQ’s own quickstart Producer and Consumer run on up 2m2s of 4.7.0, and both sides read each other', { timeout: 300_000 }, () =>
  withRmqdev(async (rmqdev) => {
    await up(rmqdev, '2m2s', '4.7.0', ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s', 'broker-b', 'broker-b-s']);

    const before = inUserHome();
    const produced = await rmqdev.run('tools', '--', 'org.apache.rocketmq.example.quickstart.Producer');
    expect(produced.stdout.match(/sendStatus=SEND_OK/g)).toHaveLength(1_000);
    const own = messages(await rmqdev.items<Message>('consume', 'TopicTest'));
    expect(own.map(({ body }) => body).sort()).toEqual(Array.from({ length: 1_000 }, (_, n) => `Hello RocketMQ ${n}`).sort());
    await rmqdev.run('send', 'TopicTest', '-n', '10', '--tag', 'TagA', '--body', 'from rmqdev {n}');

    const consumer = spawn(process.execPath, [CLI, 'tools', '--', 'org.apache.rocketmq.example.quickstart.Consumer'], {
      env: { ...process.env, RMQDEV_HOME: rmqdev.home },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    consumer.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    const closed = once(consumer, 'close');
    await vi.waitUntil(() => printed.split('Receive New Messages').length > 1_010, { timeout: WAIT_MS });
    const { groups } = await rmqdev.json<{ groups: { group: string; members: number }[] }>('group', 'list');
    expect(groups).toMatchObject([{ group: 'please_rename_unique_group_name_4', members: 1 }]);
    consumer.kill('SIGINT');
    expect(await closed).toEqual([130, null]);
    expect((await rmqdev.processes()).filter(({ command }) => command.includes('quickstart'))).toEqual([]);

    const { stdout } = await rmqdev.run('admin', '--', 'clusterList');
    expect(stdout.match(/broker-[ab] /g)).toHaveLength(4);
    expect(stdout).toContain('V4_7_0');
    expect(existsSync(join(rmqdev.home, 'tools', 'logs', 'rocketmqlogs', 'tools.log'))).toBe(true);
    expect(inUserHome()).toEqual(before);
  }),
);

test('5.5.0: send, consume, topics, groups and mqadmin on a master and its slave', { timeout: 300_000 }, () =>
  withRmqdev(async (rmqdev) => {
    const profile = '2m2s';
    const { namesrvAddr } = await up(rmqdev, profile, '5.5.0', [
      'namesrv-1',
      'namesrv-2',
      'broker-a',
      'broker-a-s',
      'broker-b',
      'broker-b-s',
    ]);

    await rmqdev.run('topic', 'create', 'Made', '--queues', '2');
    const sent = await rmqdev.items<Sent & Summary>(
      'send',
      'Made',
      '-n',
      '100',
      '--tag',
      'T{n}',
      '--key',
      'k{n}',
      '--order-by',
      'key',
      '--size',
      '5k',
    );
    expect(sent.at(-1)).toMatchObject({ sent: 100, failed: 0, statuses: { SEND_OK: 100 } });
    expect(new Set(sent.slice(0, -1).map(({ brokerName, queueId }) => `${brokerName} ${queueId}`)).size).toBe(4);

    const read = messages(await rmqdev.items<Message>('consume', 'Made', '--namesrv', namesrvAddr));
    expect(read.map(({ msgId }) => msgId).sort()).toEqual(
      sent
        .slice(0, -1)
        .map(({ msgId }) => msgId)
        .sort(),
    );
    expect(new Set(read.map(({ body }) => body))).toEqual(new Set(['x'.repeat(5_120)]));
    const onSlaves = messages(await rmqdev.items<Message>('consume', 'Made', '--from-node', 'slave'));
    expect(onSlaves).toHaveLength(100);
    expect(new Set(onSlaves.map(({ readFrom }) => readFrom))).not.toEqual(new Set(read.map(({ readFrom }) => readFrom)));
    expect(
      messages(await rmqdev.items<Message>('consume', 'Made', '--tag', 'T7 || T42'))
        .map(({ keys }) => keys)
        .sort(),
    ).toEqual(['k42', 'k7']);

    expect(messages(await rmqdev.items<Message>('consume', 'Made', '--group', 'readers', '-n', '30'))).toHaveLength(30);
    expect(await rmqdev.json<Group>('group', 'show', 'readers')).toMatchObject({ lag: 70, members: 0 });
    expect(messages(await rmqdev.items<Message>('consume', 'Made', '--group', 'readers'))).toHaveLength(70);
    expect(await rmqdev.json<Group>('group', 'reset-offset', 'readers', '--topic', 'Made', '--to', 'first')).toMatchObject({ lag: 100 });

    const [first] = sent;
    const { stdout } = await rmqdev.run('admin', '--', 'queryMsgByUniqueKey', '-t', 'Made', '-i', String(first?.msgId));
    expect(stdout).toMatch(/Topic:\s+Made/);
    await rmqdev.run('topic', 'delete', 'Made');
    await expect(rmqdev.run('consume', 'Made', '--json')).rejects.toMatchObject({
      exitCode: 50,
      stderr: expect.stringContaining('TOPIC_NOT_FOUND'),
    });
  }),
);
