import type { Argv } from 'yargs';
import { counted } from '../../base/units.js';
import { DEFAULT_QUEUES } from '../../profile/names.js';
import { defineCommand, defineGroup, example } from '../command.js';
import { confirm, yesOption } from '../confirm.js';
import { countOption } from '../options.js';
import { accessOptions, withAccess } from '../traffic/access.js';

const topics = () => import('../../traffic/topics.js');

const topicOptions = <T>(argv: Argv<T>, describe = 'Its name') =>
  accessOptions(argv).positional('topic', { type: 'string', demandOption: true, describe });

const listCommand = defineCommand({
  command: 'list',
  describe: 'All topics, their brokers, queues and messages',
  builder: (argv) => accessOptions(argv).option('all', { type: 'boolean', default: false, describe: 'RocketMQ’s own topics, too' }),
  handler: ({ all, ...options }, run) =>
    withAccess(run, options, async ({ access, output }) => output.topics(await (await topics()).listTopics(access, { all }))),
});

const createCommand = defineCommand({
  command: 'create <topic>',
  describe: 'Create a topic, or change its settings',
  builder: (argv) =>
    topicOptions(argv)
      .option('queues', {
        ...countOption({ min: 1, example: DEFAULT_QUEUES }),
        default: DEFAULT_QUEUES,
        describe: 'Read and write queues on each broker',
      })
      .option('perm', { choices: ['rw', 'r', 'w'] as const, default: 'rw' as const, describe: 'What clients may do' })
      .option('order', { type: 'boolean', default: false, describe: 'Mark it as ordered' })
      .option('broker', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        defaultDescription: 'all',
        describe: 'On this brokerName; may be repeated',
      })
      .example(...example('$0 topic create Orders', '8 queues on each master'))
      .example(...example('$0 topic create Orders --queues 2 --broker broker-a', 'on one broker')),
  handler: ({ topic, queues, perm, order, broker, ...options }, run) =>
    withAccess(
      run,
      options,
      async ({ access, output }) => {
        (await import('../traffic/check-name.js')).checkName('topic', topic);
        const { hasTopic, makeTopic, PERMS } = await topics();
        const settings = { topic, readQueueNums: queues, writeQueueNums: queues, perm: PERMS[perm], order };
        const wasThere = await hasTopic(access, topic);
        output.done({ topic, action: wasThere ? 'changed' : 'created', brokers: await makeTopic(access, settings, broker) });
      },
      'changing',
    ),
});

const deleteCommand = defineCommand({
  command: 'delete <topic>',
  describe: 'Delete a topic with its messages',
  builder: (argv) => topicOptions(argv).option('yes', yesOption),
  handler: ({ topic, yes, ...options }, run) =>
    withAccess(
      run,
      options,
      async ({ access, output, status }) => {
        const { removeTopic, showTopic } = await topics();
        await confirm({ yes, json: options.json, signal: access.signal }, async () => {
          const { messages, brokers } = await showTopic(access, topic);
          const held = messages === null ? 'its messages' : `its ${counted(messages, 'message')}`;
          const at = brokers.map(({ brokerName }) => brokerName).join(', ');
          return `This deletes topic ${topic} with ${held} on ${at}${status ? ` of cluster ${status.cluster}` : ''}.`;
        });
        output.done({ topic, action: 'deleted', brokers: await removeTopic(access, topic) });
      },
      'changing',
    ),
});

const showCommand = defineCommand({
  command: 'show <topic>',
  describe: 'Each queue with its offsets, and the groups that read it',
  builder: (argv) => topicOptions(argv),
  handler: ({ topic, ...options }, run) =>
    withAccess(run, options, async ({ access, output }) => output.topic(await (await topics()).showTopic(access, topic))),
});

const routeCommand = defineCommand({
  command: 'route <topic>',
  describe: 'What each NameServer tells clients: brokers, addresses, queues, permissions',
  builder: (argv) => topicOptions(argv, 'Its name; the name of a broker works, too'),
  handler: ({ topic, ...options }, run) =>
    withAccess(run, options, async ({ access, output }) => output.topicRoute(await (await topics()).showRoute(access, topic))),
});

export const topicCommand = defineGroup('topic', 'Topics: list, create, delete, show, route', [
  listCommand,
  createCommand,
  deleteCommand,
  showCommand,
  routeCommand,
]);
