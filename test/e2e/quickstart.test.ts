import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { CLI, withRmqdev } from './support/rmqdev.js';
import { type Message, messages, up } from './support/traffic.js';

const WAIT_MS = 60_000;

/** What RocketMQ's programs leave in a user's home where nobody keeps them from it; Java does not look at HOME. */
const inUserHome = (): string[] => ['logs', 'store', '.rocketmq_offsets'].filter((name) => existsSync(join(userInfo().homedir, name)));

test('RocketMQ’s own quickstart Producer and Consumer run on up 2m2s of 4.7.0, and both sides read each other', { timeout: 300_000 }, () =>
  withRmqdev(async (rmqdev) => {
    await up(rmqdev, '2m2s', '4.7.0', ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s', 'broker-b', 'broker-b-s']);

    const before = inUserHome();
    const produced = await rmqdev.run('tools', '--', 'org.apache.rocketmq.example.quickstart.Producer');
    expect(produced.stdout.match(/sendStatus=SEND_OK/g)).toHaveLength(1_000);
    const own = messages(await rmqdev.items<Message>('consume', 'TopicTest'));
    expect(own.map(({ body }) => body).sort()).toEqual(Array.from({ length: 1_000 }, (_, n) => `Hello RocketMQ ${n}`).sort());
    await rmqdev.run('send', 'TopicTest', '-n', '10', '--tag', 'TagA', '--body', 'from rmqdev {n}');
    await rmqdev.run('topic', 'create', 'OnBoth', '--queues', '2');
    await rmqdev.run('send', 'OnBoth', '-n', '20');
    const onBoth = messages(await rmqdev.items<Message>('consume', 'OnBoth'));
    const queues = onBoth.map(({ brokerName, queueId }) => `${brokerName} ${queueId}`);
    expect([onBoth.length, [...new Set(queues)].sort()]).toEqual([20, ['broker-a 0', 'broker-a 1', 'broker-b 0', 'broker-b 1']]);

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
