import type { CommandModule } from 'yargs';
import { counted } from '../../base/units.js';
import { confirm, yesOption } from '../confirm.js';
import { countOption } from '../options.js';
import type { GlobalOptions, Run } from '../session.js';
import { type AccessOptions, accessOptions, withAccess } from '../traffic/access.js';
import { commandOfActions, type ListOptions, listOptions } from '../traffic/actions.js';

type TopicOptions = AccessOptions & { topic: string };
type CreateOptions = TopicOptions & { queues: number; perm: keyof typeof PERMS; order: boolean; broker: string[] };

/** Source: common/.../constant/PermName.java. */
const PERMS = { rw: 6, r: 4, w: 2 } as const;
/** Source: common/.../TopicConfig.java `defaultReadQueueNums` is 16; mqadmin updateTopic takes 8. */
const DEFAULT_QUEUES = 8;

const topics = () => import('../../traffic/topics.js');
const names = () => import('../traffic/check-name.js');

export const topicCommand = (run: Run): CommandModule<GlobalOptions, GlobalOptions> =>
  commandOfActions(run, 'topic', 'Topics: list, create, delete, show, route', [
    listCommand,
    createCommand,
    deleteCommand,
    showCommand,
    routeCommand,
  ]);

const nameOf = (argv: Parameters<typeof accessOptions>[0], describe: string) =>
  accessOptions<TopicOptions>(argv as never).positional('topic', { type: 'string', demandOption: true, describe }) as never;

const listCommand = (run: Run): CommandModule<GlobalOptions, ListOptions> => ({
  command: 'list',
  describe: 'All topics, their brokers, queues and messages',
  builder: (argv) => listOptions(argv, 'RocketMQ’s own topics, too'),
  handler: ({ all, ...options }) =>
    withAccess(run, options, async ({ access, output }) => output.topics(await (await topics()).listTopics(access, { all }))),
});

const createCommand = (run: Run): CommandModule<GlobalOptions, CreateOptions> => ({
  command: 'create <topic>',
  describe: 'Create a topic, or change its settings',
  builder: (argv) =>
    accessOptions<CreateOptions>(nameOf(argv as never, 'Its name') as never)
      .option('queues', {
        ...countOption({ min: 1, example: DEFAULT_QUEUES }),
        default: DEFAULT_QUEUES,
        describe: 'Read and write queues on each broker',
      })
      .option('perm', { choices: Object.keys(PERMS) as (keyof typeof PERMS)[], default: 'rw' as const, describe: 'What clients may do' })
      .option('order', { type: 'boolean', default: false, describe: 'Marked as ordered' })
      .option('broker', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        defaultDescription: 'all',
        describe: 'On this brokerName; may be repeated',
      })
      .example('$0 topic create Orders', '8 queues on each master')
      .example('$0 topic create Orders --queues 2 --broker broker-a', 'on one') as never,
  handler: ({ topic, queues, perm, order, broker, ...options }) =>
    withAccess(run, options, async ({ access, output }) => {
      (await names()).checkName('topic', topic);
      const settings = { topic, readQueueNums: queues, writeQueueNums: queues, perm: PERMS[perm], order };
      const { hasTopic, makeTopic } = await topics();
      const wasThere = await hasTopic(access, topic);
      output.done({ topic, action: wasThere ? 'changed' : 'created', brokers: await makeTopic(access, settings, broker) });
    }),
});

const deleteCommand = (run: Run): CommandModule<GlobalOptions, TopicOptions & { yes: boolean }> => ({
  command: 'delete <topic>',
  describe: 'Delete a topic with its messages',
  builder: (argv) => accessOptions<TopicOptions & { yes: boolean }>(nameOf(argv as never, 'Its name')).option('yes', yesOption) as never,
  handler: ({ topic, yes, ...options }) =>
    withAccess(run, options, async ({ access, output, status }) => {
      const { removeTopic, showTopic } = await topics();
      await confirm({ yes, json: options.json, signal: access.signal }, async () => {
        const { messages, brokers } = await showTopic(access, topic);
        const held = messages === null ? 'its messages' : `its ${counted(messages, 'message')}`;
        const at = brokers.map(({ brokerName }) => brokerName).join(', ');
        return `This deletes topic ${topic} with ${held} on ${at}${status ? ` of cluster ${status.cluster}` : ''}.`;
      });
      output.done({ topic, action: 'deleted', brokers: await removeTopic(access, topic) });
    }),
});

const showCommand = (run: Run): CommandModule<GlobalOptions, TopicOptions> => ({
  command: 'show <topic>',
  describe: 'Each queue with its offsets, and the groups that read it',
  builder: (argv) => nameOf(argv as never, 'Its name'),
  handler: ({ topic, ...options }) =>
    withAccess(run, options, async ({ access, output }) => output.topic(await (await topics()).showTopic(access, topic))),
});

const routeCommand = (run: Run): CommandModule<GlobalOptions, TopicOptions> => ({
  command: 'route <topic>',
  describe: 'What each NameServer tells clients: brokers, addresses, queues, permissions',
  builder: (argv) => nameOf(argv as never, 'Its name; the name of a broker works, too'),
  handler: ({ topic, ...options }) =>
    withAccess(run, options, async ({ access, output }) => output.topicRoute(await (await topics()).showRoute(access, topic))),
});
