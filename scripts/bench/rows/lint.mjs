/** `lint` of many files, as a repository of a whole company has them. */

import { writeConfigurations } from '../generate.mjs';
import { PROGRAM } from '../program.mjs';
import { runProgram } from '../run-program.mjs';

const FILES = 10_000;
/** 1: it found mistakes. */
const CODES = [1];

export const lintFamily = {
  name: 'lint',
  section: 'command',
  seconds: { once: 2, round: 10 },
  releases: [],
  sides: { rmqdev: '`rmqdev lint <folder>`: 1,000 folders of ten files, each with an unknown key and two brokers on one port' },
  rows: [
    {
      name: 'lint',
      title: '`lint` of 10,000 files',
      unit: 'ms',
      of: 'rmqdev.ms',
      target: { atMost: 5_000 },
      beside: [{ text: 'the most memory of it', of: 'rmqdev.peak', unit: 'bytes' }],
    },
  ],

  async open({ workspace, say }) {
    say('  writing 10,000 files');
    const folder = workspace.make('lint');
    writeConfigurations(folder, FILES);
    return {
      sides: {
        rmqdev: async (signal) => {
          const { ms, peak, stdout } = await runProgram([process.execPath, PROGRAM, 'lint', folder], {
            signal,
            watchesMemory: true,
            codes: CODES,
          });
          if (!/\b10,?000 files\b/.test(stdout)) throw new Error(`lint did not read ${FILES} files: ${stdout.slice(-200)}`);
          return { ms, peak };
        },
      },
      close: () => workspace.remove('lint'),
    };
  },
};
