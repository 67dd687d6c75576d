import type { Argv } from 'yargs';
import { defineCommand, defineGroup, example } from '../command.js';
import { confirm, yesOption } from '../confirm.js';
import { countOption } from '../options.js';
import { parsePointInTime } from '../point-in-time.js';
import { accessOptions, withAccess } from '../traffic/access.js';

/** Source: remoting/.../protocol/subscription/SubscriptionGroupConfig.java. */
const DEFAULT_RETRIES = 16;

const groups = () => import('../../traffic/groups.js');

const groupOptions = <T>(argv: Argv<T>) =>
  accessOptions(argv).positional('group', { type: 'string', demandOption: true, describe: 'Its name' });

const listCommand = defineCommand({
  command: 'list',
  describe: 'All consumer groups: topics, consumers connected, lag',
  builder: (argv) =>
    accessOptions(argv).option('all', { type: 'boolean', default: false, describe: 'Groups of RocketMQ and rmqdev themselves, too' }),
  handler: ({ all, ...options }, run) =>
    withAccess(run, options, async ({ access, output }) => output.groups(await (await groups()).listGroups(access, { all }))),
});

const createCommand = defineCommand({
  command: 'create <group>',
  describe: 'Create a group, or change its settings',
  builder: (argv) =>
    groupOptions(argv)
      .option('retries', {
        ...countOption({ min: 0, example: DEFAULT_RETRIES }),
        describe: 'How often a message is delivered again before it becomes a dead letter',
        default: DEFAULT_RETRIES,
      })
      .option('broadcast', {
        type: 'boolean',
        default: true,
        describe: 'Its consumers may read in broadcast mode; --no-broadcast',
      }),
  handler: ({ group, retries, broadcast, ...options }, run) =>
    withAccess(
      run,
      options,
      async ({ access, output }) => {
        (await import('../traffic/check-name.js')).checkName('group', group);
        output.done({ group, action: 'created', brokers: await (await groups()).makeGroup(access, { group, retries, broadcast }) });
      },
      'changing',
    ),
});

const deleteCommand = defineCommand({
  command: 'delete <group>',
  describe: 'Delete a group that nobody uses',
  builder: (argv) => groupOptions(argv).option('yes', yesOption),
  handler: ({ group, yes, ...options }, run) =>
    withAccess(
      run,
      options,
      async ({ access, output, status }) => {
        const where = status ? ` of cluster ${status.cluster}` : '';
        await confirm(
          { yes, json: options.json, signal: access.signal },
          async () => `This deletes group ${group}${where} with its offsets.`,
        );
        const { brokers, keepsOffsets } = await (await groups()).removeGroup(access, group);
        if (keepsOffsets) output.notice(`this release keeps the offsets of ${group}: a new group of that name goes on from there`);
        output.done({ group, action: 'deleted', brokers });
      },
      'changing',
    ),
});

const showCommand = defineCommand({
  command: 'show <group>',
  describe: 'Offsets and lag in each queue, consumers connected',
  builder: (argv) => groupOptions(argv),
  handler: ({ group, ...options }, run) =>
    withAccess(run, options, async ({ access, output }) => output.group(await (await groups()).showGroup(access, group))),
});

const resetCommand = defineCommand({
  command: 'reset-offset <group>',
  describe: 'Let a group without connected consumers read a topic from another point on',
  builder: (argv) =>
    groupOptions(argv)
      .option('topic', { type: 'string', demandOption: true, describe: 'Which topic' })
      .option('to', { type: 'string', demandOption: true, describe: 'first, last, or stored since: 5m (ago), 12:30, 2026-11-20T12:30:00' })
      .option('yes', yesOption)
      .example(...example('$0 group reset-offset my-app --topic Test --to first', 'read everything again')),
  handler: ({ group, topic, to, yes, ...options }, run) =>
    withAccess(
      run,
      options,
      async ({ access, output, status }) => {
        (await import('../traffic/check-name.js')).checkName('group', group);
        const point = to === 'first' || to === 'last' ? to : { timestamp: parsePointInTime('--to', to) };
        const where = status ? ` of cluster ${status.cluster}` : '';
        await confirm(
          { yes, json: options.json, signal: access.signal },
          async () => `This overwrites the offsets of group ${group} on topic ${topic}${where}.`,
        );
        output.group(await (await groups()).resetOffsets(access, { group, topic, to: point }));
      },
      'changing',
    ),
});

export const groupCommand = defineGroup('group', 'Consumer groups: list, create, delete, show, reset-offset', [
  listCommand,
  createCommand,
  deleteCommand,
  showCommand,
  resetCommand,
]);
