import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withRmqdev } from './support/rmqdev.js';
import { type Message, messages, up } from './support/traffic.js';

type Sent = { event: string; status: string; msgId: string; brokerName: string; queueId: number };
type Summary = { event: 'summary'; sent: number; failed: number; received: number; statuses: Record<string, number> };
type Group = { lag: number; members: number; offsets: { offset: number }[] };

const PAIR = `replication: sync
nodes:
  namesrv-1: { role: namesrv }
  broker-a: { role: broker }
  broker-a-s: { role: broker, brokerName: broker-a, brokerId: 1 }
`;

test('5.5.0: send, consume, topics, groups and mqadmin on a master and its slave', { timeout: 300_000 }, () =>
  withRmqdev(async (rmqdev) => {
    const profile = join(rmqdev.home, 'pair.yaml');
    writeFileSync(profile, PAIR);
    const { namesrvAddr } = await up(rmqdev, profile, '5.5.0', ['namesrv-1', 'broker-a', 'broker-a-s']);

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
    expect(new Set(sent.slice(0, -1).map(({ brokerName, queueId }) => `${brokerName} ${queueId}`)).size).toBe(2);

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
