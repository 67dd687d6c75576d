import { existsSync } from 'node:fs';
import { RmqdevError } from '../../base/errors.js';
import type { HomePaths } from '../../base/paths.js';
import { greet } from '../../client/daemon-process.js';
import { defineCommand, example } from '../command.js';
import { saidExit, saidPaths } from '../explain/words.js';
import { clusterOption } from '../options.js';
import type { Output } from '../output/output.js';

/** A word that can name nodes. */
const SELECTOR = /^[\w.*?{},[\]!-]+$/;
/** The word selects nothing, or the cluster does not exist: the words may be something else. */
const NO_NODE: ReadonlySet<string> = new Set(['SELECTOR_UNKNOWN', 'NO_ROLE_HOLDER', 'CLUSTER_NOT_FOUND', 'CLUSTER_AMBIGUOUS']);

/** Exits with 0 also if it finds a cause, because that was the question. It fails only if it cannot look at something. */
export const explainCommand = defineCommand({
  command: 'explain [what..]',
  describe: 'Why a node died, and what to do: a node, an exit status, a line, a log or its folder',
  builder: (argv) =>
    clusterOption(argv)
      .positional('what', {
        type: 'string',
        array: true,
        default: [],
        describe: 'Nodes; 253 or SIGKILL; a pasted line; broker.log or a folder; - for stdin',
      })
      .option('user-home', {
        type: 'boolean',
        default: false,
        describe: 'Look at ~/logs/rocketmqlogs and ~/store, where brokers started by hand write',
      })
      .example(...example('$0 explain', 'every node that ended and nobody asked it to'))
      .example(...example('$0 explain broker-a', 'one node: its last end, or what its logs warn of'))
      .example(...example('$0 explain 253', 'an exit status'))
      .example(...example("$0 explain 'java.net.BindException: Address already in use'", 'a line from anywhere'))
      .example(...example('$0 explain ~/logs/rocketmqlogs', 'logs of a broker that rmqdev did not start')),
  handler: async ({ cluster, what, userHome }, { withDaemon, withOutput }) => {
    const isAboutNodes = { value: what.length === 0 && !userHome };
    if (!isAboutNodes.value) {
      await withOutput(async ({ output, home }) => {
        isAboutNodes.value = !(await explainWithoutNodes(what, { userHome, cluster, output, home }));
      });
    }
    if (!isAboutNodes.value) return;
    await withDaemon(async ({ client, output, signal }) => {
      const result = await client.call('explain', { cluster, ...(what.length > 0 ? { selector: what } : {}) }, signal);
      if (result.notice) output.notice(result.notice);
      output.explanations(result.explanations, `cluster ${result.cluster}`);
    });
  },
});

type Asked = { userHome: boolean; cluster: string; output: Output; home: HomePaths };

/** @returns false if the words name nodes, which only a daemon can explain. */
async function explainWithoutNodes(what: readonly string[], { userHome, cluster, output, home }: Asked): Promise<boolean> {
  // Loaded on use: most commands need none of it.
  const offline = await import('../explain/offline.js');
  const tell = ({ explanation, notices }: Awaited<ReturnType<typeof offline.explainUserHome>>) => {
    for (const notice of notices) output.notice(notice);
    output.explanations([explanation], null);
    return true;
  };
  if (userHome) return tell(await offline.explainUserHome());
  if (what.length === 1 && what[0] === '-') return tell(offline.explainText(await offline.readPiped(process.stdin), 'stdin'));
  const paths = saidPaths(what);
  if (paths) return tell(await offline.explainFiles(paths));
  const words = what.join(' ');
  const exit = saidExit(words);
  if (exit) return tell(offline.explainExit(exit));
  const text = offline.explainText(words, 'the text given');
  // SLAVE_NOT_AVAILABLE is a word of RocketMQ: no node has such a name.
  if (/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(words)) return tell(text);
  if (what.every((word) => SELECTOR.test(word))) {
    const failure = await nodesUnknown(what, cluster, home);
    if (failure === undefined) return false;
    if (what.every((word) => existsSync(word))) return tell(await offline.explainFiles(what));
    // A single word without a cause was meant as a node.
    if (failure !== 'no daemon' && what.length === 1 && text.explanation.findings.length === 0) throw failure;
    const isLikeNodes = what.length === 1 || what.every((word) => /[-*]/.test(word));
    if (failure === 'no daemon' && isLikeNodes && text.explanation.findings.length === 0 && existsSync(home.clusters)) return false;
  }
  return tell(text);
}

/** @returns undefined if a daemon runs and knows these nodes. Starts none. */
async function nodesUnknown(selector: readonly string[], cluster: string, home: HomePaths): Promise<RmqdevError | 'no daemon' | undefined> {
  if (!(await greet(home))) return 'no daemon';
  const { DaemonClient } = await import('../../client/http.js');
  try {
    await new DaemonClient(home.socket).call('clusterStatus', { cluster, selector: [...selector] });
    return undefined;
  } catch (error) {
    if (error instanceof RmqdevError && NO_NODE.has(error.code)) return error;
    throw error;
  }
}
