import { readFileSync } from 'node:fs';
import { nearest } from '../../base/nearest.js';
import { packageFile } from '../../base/package-files.js';
import { defineCommand, example } from '../command.js';
import { usage } from '../usage.js';

/** Pages of the documents, by the word that shows them. */
const TOPICS: Readonly<Record<string, string>> = { dashboard: 'dashboard.md' };

export const helpCommand = defineCommand({
  command: 'help <topic>',
  describe: `A page of the documents: ${Object.keys(TOPICS).join(', ')}`,
  builder: (argv) =>
    argv
      .positional('topic', { type: 'string', demandOption: true, describe: `One of ${Object.keys(TOPICS).join(', ')}` })
      .example(...example('$0 help dashboard', 'how to get the RocketMQ dashboard')),
  handler: ({ topic, json }, { withOutput }) =>
    withOutput(async ({ output }) => {
      const text = readFileSync(packageFile(`docs/${pageOf(topic)}`), 'utf8');
      output.raw(json ? `${JSON.stringify({ topic, text })}\n` : text);
    }),
});

/** @throws RmqdevError USAGE */
function pageOf(topic: string): string {
  const page = TOPICS[topic];
  if (page !== undefined) return page;
  const topics = Object.keys(TOPICS);
  const near = nearest(topic, topics);
  throw usage(
    `there is no page about "${topic}"`,
    `the pages are ${topics.join(', ')}`,
    near ? `Did you mean \`rmqdev help ${near}\`?` : `For a command: \`rmqdev ${topic} --help\``,
  );
}
