import { EXIT_CODES } from '../../base/errors.js';
import { defineCommand, example } from '../command.js';
import { countOption, rateOption } from '../options.js';
import { accessOptions, withAccess } from '../traffic/access.js';

/** Up to this many messages get a line each on the screen; more are only counted. */
const SHOW_EACH_UP_TO = 20;

export const sendCommand = defineCommand({
  command: 'send <topic>',
  describe: 'Send messages to a topic, as RocketMQ’s own producer does',
  builder: (argv) =>
    accessOptions(argv)
      .positional('topic', {
        type: 'string',
        demandOption: true,
        describe: 'A topic; if it does not exist, the broker creates it (autoCreateTopicEnable)',
      })
      .option('count', {
        ...countOption({ min: 1, example: 10 }),
        alias: 'n',
        describe: 'How many messages; of a file, at most this many',
        defaultDescription: '1; of a file all lines',
      })
      .option('body', { type: 'string', describe: 'The body of each message; {n} is its number, also in --tag, --key and --property' })
      .option('file', { type: 'string', describe: 'A message for each line of a file; - for stdin' })
      .option('size', { type: 'string', describe: 'Bodies of this size instead (100, 4k, 1m)' })
      .option('tag', { type: 'string', describe: 'The tag of each message' })
      .option('key', { type: 'string', describe: 'Keys, separated by spaces: consumers and `queryMsgByKey` find the message by them' })
      .option('property', { type: 'string', array: true, nargs: 1, default: [], describe: 'name=value; may be repeated' })
      .option('delay', {
        ...countOption({ min: 1, example: 3 }),
        describe: 'Delay level 1 to 18 (1s 5s 10s 30s 1m … 2h): consumers get it later',
      })
      .option('order-by', {
        type: 'string',
        describe: 'key, tag, body or a property: messages with the same value go to one queue, in order',
      })
      .option('to', { type: 'string', describe: 'A brokerName: send only to this broker' })
      .option('rate', { ...rateOption(10), describe: 'At most this many messages per second' })
      .example(...example('$0 send Test', 'one message'))
      .example(...example('$0 send Test -n 1000 --tag TagA --key order-{n}', 'a thousand'))
      .example(...example('seq 10 | $0 send Test --file -', 'one message per line'))
      .example(...example('$0 send Test -n 600 --rate 10', 'a steady send, while you kill a master')),
  handler: ({ topic, to, rate, ...options }, run) =>
    withAccess(run, options, async ({ access, output }) => {
      const [{ checkName }, { draftsOf }, { Producer }, { sendAll }] = await Promise.all([
        import('../traffic/check-name.js'),
        import('../traffic/drafts.js'),
        import('../../traffic/producer.js'),
        import('../../traffic/send-all.js'),
      ]);
      checkName('topic', topic);
      const { drafts, total } = await draftsOf(options);
      output.beginStream();
      const producer = await Producer.open(access, topic, to);
      const showsEach = total !== undefined && total <= SHOW_EACH_UP_TO;
      const request = { topic, ...(rate === undefined ? {} : { rate }) };
      const { summary, problem } = await sendAll(access, producer, drafts, request, (event, sent) =>
        output.sent(event, { sent, total, showsEach }),
      );
      output.sendDone(summary);
      if (access.signal.aborted) throw access.signal.reason;
      if (problem === undefined) return;
      output.error(problem, options.verbose);
      run.exit(EXIT_CODES[problem.code]);
    }),
});
