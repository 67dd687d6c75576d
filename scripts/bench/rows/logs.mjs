/** A search in large logs against grep, both on one core, the files in the page cache. */

import { NEEDLE, writeLogs } from '../generate.mjs';
import { PROGRAM } from '../program.mjs';
import { pinned, runProgram } from '../run-program.mjs';

const BYTES = 1e9;

export const logsFamily = {
  name: 'logs',
  section: 'command',
  seconds: { once: 15, round: 20 },
  releases: [],
  sides: { rmqdev: `\`rmqdev logs --user-home --file broker,store --grep ${NEEDLE}\``, grep: `\`grep -c ${NEEDLE} broker.log store.log\`` },
  rows: [
    {
      name: 'logs-grep',
      title: '`logs --grep` over 1 GB, on one core',
      unit: 'ms',
      of: 'rmqdev.ms',
      base: 'grep.ms',
      target: { ratio: 10 },
    },
    { name: 'logs-grep-memory', title: 'the most memory of it', unit: 'bytes', of: 'rmqdev.peak', target: { atMost: 150e6 } },
  ],

  async open({ signal, workspace, say }) {
    say('  writing 1 GB of logs');
    const home = workspace.make('logs');
    const files = writeLogs(home, BYTES);
    const grep = [...pinned(), 'grep', '-c', NEEDLE, ...files];
    // The first one brings the files into the page cache.
    const { stdout } = await runProgram(grep, { signal });
    const expected = stdout.split('\n').reduce((sum, line) => sum + Number(line.split(':').at(-1)), 0);
    return {
      sides: {
        rmqdev: async (signal) => {
          const command = [
            ...pinned(),
            process.execPath,
            PROGRAM,
            'logs',
            '--user-home',
            '--file',
            'broker,store',
            '--grep',
            NEEDLE,
            '--json',
          ];
          const env = { HOME: home, RMQDEV_HOME: home };
          const { ms, peak, stdout } = await runProgram(command, { signal, env, watchesMemory: true });
          const found = stdout.trim().split('\n').length;
          if (found !== expected) throw new Error(`rmqdev found ${found} records, grep ${expected} lines`);
          return { ms, peak };
        },
        grep: async (signal) => ({ ms: (await runProgram(grep, { signal })).ms }),
      },
      close: () => workspace.remove('logs'),
    };
  },
};
