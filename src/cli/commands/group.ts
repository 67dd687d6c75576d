import type { CommandModule } from 'yargs';
import { confirm, yesOption } from '../confirm.js';
import { countOption } from '../options.js';
import { parsePointInTime } from '../point-in-time.js';
import type { GlobalOptions, Run } from '../session.js';
import { type AccessOptions, accessOptions, withAccess } from '../traffic/access.js';
import { commandOfActions, type ListOptions, listOptions } from '../traffic/actions.js';

type GroupOptions = AccessOptions & { group: string };
type CreateOptions = GroupOptions & { retries: number; broadcast: boolean };
type ResetOptions = GroupOptions & { topic: string; to: string };

/** Source: remoting/.../protocol/subscription/SubscriptionGroupConfig.java. */
const DEFAULT_RETRIES = 16;

const groups = () => import('../../traffic/groups.js');
const names = () => import('../traffic/check-name.js');

export const groupCommand = (run: Run): CommandModule<GlobalOptions, GlobalOptions> =>
  commandOfActions(run, 'group', 'Consumer groups: list, create, delete, show, reset-offset', [
    listCommand,
    createCommand,
    deleteCommand,
    showCommand,
    resetCommand,
  ]);

const nameOf = (argv: Parameters<typeof accessOptions>[0]) =>
  accessOptions<GroupOptions>(argv as never).positional('group', { type: 'string', demandOption: true, describe: 'Its name' }) as never;

const listCommand = (run: Run): CommandModule<GlobalOptions, ListOptions> => ({
  command: 'list',
  describe: 'All consumer groups: topics, consumers connected, lag',
  builder: (argv) => listOptions(argv, 'Groups of RocketMQ and rmqdev themselves, too'),
  handler: ({ all, ...options }) =>
    withAccess(run, options, async ({ access, output }) => output.groups(await (await groups()).listGroups(access, { all }))),
});

const createCommand = (run: Run): CommandModule<GlobalOptions, CreateOptions> => ({
  command: 'create <group>',
  describe: 'Create a group, or change its settings',
  builder: (argv) =>
    accessOptions<CreateOptions>(nameOf(argv as never) as never)
      .option('retries', {
        ...countOption({ min: 0, example: DEFAULT_RETRIES }),
        describe: 'How often a message is delivered again before it is a dead letter',
        default: DEFAULT_RETRIES,
      })
      .option('broadcast', {
        type: 'boolean',
        default: true,
        describe: 'Its consumers may read in broadcast mode; --no-broadcast',
      }) as never,
  handler: ({ group, retries, broadcast, ...options }) =>
    withAccess(run, options, async ({ access, output }) => {
      (await names()).checkName('group', group);
      output.done({ group, action: 'created', brokers: await (await groups()).makeGroup(access, { group, retries, broadcast }) });
    }),
});

const deleteCommand = (run: Run): CommandModule<GlobalOptions, GroupOptions & { yes: boolean }> => ({
  command: 'delete <group>',
  describe: 'Delete a group that nobody uses',
  builder: (argv) => accessOptions<GroupOptions & { yes: boolean }>(nameOf(argv as never)).option('yes', yesOption) as never,
  handler: ({ group, yes, ...options }) =>
    withAccess(run, options, async ({ access, output, status }) => {
      const where = status ? ` of cluster ${status.cluster}` : '';
      await confirm(
        { yes, json: options.json, signal: access.signal },
        async () => `This deletes group ${group}${where} with its offsets.`,
      );
      const { brokers, keepsOffsets } = await (await groups()).removeGroup(access, group);
      if (keepsOffsets) output.notice(`this release keeps the offsets of ${group}: a group of that name goes on there`);
      output.done({ group, action: 'deleted', brokers });
    }),
});

const showCommand = (run: Run): CommandModule<GlobalOptions, GroupOptions> => ({
  command: 'show <group>',
  describe: 'Offsets and lag in each queue, consumers connected',
  builder: (argv) => nameOf(argv as never),
  handler: ({ group, ...options }) =>
    withAccess(run, options, async ({ access, output }) => output.group(await (await groups()).showGroup(access, group))),
});

const resetCommand = (run: Run): CommandModule<GlobalOptions, ResetOptions> => ({
  command: 'reset-offset <group>',
  describe: 'Let a group that is not at work read a topic from another point on',
  builder: (argv) =>
    accessOptions<ResetOptions>(nameOf(argv as never) as never)
      .option('topic', { type: 'string', demandOption: true, describe: 'Which topic' })
      .option('to', { type: 'string', demandOption: true, describe: 'first, last, or stored since: 5m (ago), 12:30, 2026-11-20T12:30:00' })
      .example('$0 group reset-offset my-app --topic Test --to first', 'read everything again') as never,
  handler: ({ group, topic, to, ...options }) =>
    withAccess(run, options, async ({ access, output }) => {
      (await names()).checkName('group', group);
      const point = to === 'first' || to === 'last' ? to : { timestamp: parsePointInTime('--to', to) };
      output.group(await (await groups()).resetOffsets(access, { group, topic, to: point }));
    }),
});
