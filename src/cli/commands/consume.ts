import { RmqdevError } from '../../base/errors.js';
import { counted } from '../../base/units.js';
import type { ClusterStatus } from '../../contract/status.js';
import type { ConsumeSummary } from '../../traffic/consume-request.js';
import type { From } from '../../traffic/offsets.js';
import type { ReadFrom } from '../../traffic/queues.js';
import { defineCommand, example } from '../command.js';
import { countOption } from '../options.js';
import { isReaderGone, outliveReader } from '../output/stdout.js';
import { parsePointInTime } from '../point-in-time.js';
import { accessOptions, withAccess } from '../traffic/access.js';
import { usage } from '../usage.js';

export const consumeCommand = defineCommand({
  command: 'consume <topic>',
  describe: 'Read the messages of a topic, in the order in which they were stored',
  builder: (argv) =>
    accessOptions(argv)
      .positional('topic', { type: 'string', demandOption: true, describe: 'The topic; with -f it need not exist yet' })
      .option('follow', { alias: 'f', type: 'boolean', default: false, describe: 'Go on with new messages, through failovers' })
      .option('count', { ...countOption({ min: 1, example: 10 }), alias: 'n', describe: 'At most this many messages' })
      .option('from', {
        type: 'string',
        defaultDescription: 'first; with --group where the group left off',
        describe: 'first, last, or stored since: 5m (ago), 12:30, 2026-11-20T12:30:00. `--from last -n 10`: the last ten',
      })
      .option('group', { type: 'string', describe: 'Read as this consumer group: begin where it left off, commit its offsets' })
      .option('tag', { type: 'string', describe: 'Only messages with one of these tags: "TagA || TagB"' })
      .option('key', { type: 'string', describe: 'Only messages with this key' })
      .option('from-node', {
        type: 'string',
        default: 'master',
        describe: 'master (a slave if there is none), slave, a node or host:port',
      })
      .example(...example('$0 consume Test', 'all messages that are there'))
      .example(...example('$0 consume Test -f', 'these, and new ones'))
      .example(...example('$0 consume Test --from last -n 10', 'the last ten'))
      .example(...example('$0 consume Test --group my-app', 'as my-app would, and commit how far it read'))
      .example(...example('$0 consume Test --from-node slave', 'does the slave have them?')),
  handler: ({ topic, follow, count, from, group, tag, key, fromNode, ...options }, run) =>
    withAccess(run, options, async ({ access, output, status }) => {
      const [{ checkName }, { consume }] = await Promise.all([import('../traffic/check-name.js'), import('../../traffic/consume.js')]);
      checkName('topic', topic);
      if (group !== undefined) checkName('group', group);
      output.beginStream();
      using _reader = outliveReader();
      const { summary, problem, outputError } = await consume(
        access,
        {
          topic,
          filter: { tags: tag, key },
          group,
          from: parseFrom(from, { follow, count }),
          readFrom: readFromOf(fromNode, status),
          follow,
          limit: count,
        },
        { message: (received) => output.received(received), notice: (text) => output.notice(text) },
      );
      if (isReaderGone(outputError)) return;
      output.consumeDone(summary);
      if (outputError) throw notWritten(outputError, summary);
      if (problem) throw problem;
      // Ctrl-C is how following ends.
      if (access.signal.aborted && !follow) throw access.signal.reason;
    }),
});

function notWritten(cause: Error, { received }: ConsumeSummary): RmqdevError {
  const text = {
    what: 'the messages cannot be written to stdout',
    why: cause.message,
    next: `Make room, or write to another place; ${counted(received, 'message')} ${received === 1 ? 'was' : 'were'} written before, and a group goes on after that`,
  };
  return new RmqdevError('FILE_NOT_WRITTEN', text, { cause });
}

function parseFrom(from: string | undefined, { follow, count }: { follow: boolean; count: number | undefined }): From {
  if (from === undefined || from === 'first') return 'first';
  if (from !== 'last') return { timestamp: parsePointInTime('--from', from) };
  if (follow) return 'last';
  if (count !== undefined) return { lastCount: count };
  throw usage('--from last', 'there is nothing after the last message', 'Add -f to wait for new messages, or -n 10 for the last ten');
}

function readFromOf(text: string, status: ClusterStatus | null): ReadFrom {
  if (text === 'master' || text === 'slave') return text;
  if (/:\d+$/.test(text)) return { address: text };
  const brokers = status?.nodes.filter(({ role }) => role === 'broker') ?? [];
  const node = brokers.find(({ id }) => id === text);
  if (node) return { address: node.address };
  throw usage(
    `--from-node ${text}`,
    status === null
      ? 'with --namesrv, node ids mean nothing'
      : `the brokers of ${status.cluster} are ${brokers.map(({ id }) => id).join(', ')}`,
    'Write master, slave, one of the brokers, or host:port',
  );
}
