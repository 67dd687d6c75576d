import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DEFAULT_RELEASE, SUPPORTED_RELEASES } from '../../src/rocketmq/releases.js';
import { appliesTo, type SymptomFacts } from '../../src/rocketmq/symptom.js';
import { SYMPTOMS } from '../../src/rocketmq/symptoms.js';

/** A command line of ours that a text advises, and where it stands. */
export type Advice = { where: string; command: string; rocketmq: string };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ID_OF = {
  namesrv: 'namesrv-1',
  broker: 'broker-a-s',
  controller: 'controller-1',
  proxy: 'proxy-1',
  dashboard: 'dashboard-1',
} as const;
const HOLES: Readonly<Record<string, string>> = {
  '<profile>': '2m2s',
  '<node>': 'broker-a',
  '<role or node>': 'broker',
  '<cluster>': '2m2s',
  '<version>': '5.5.0',
  '<topic>': 'Orders',
  '<group>': 'app',
  '<port>': '20911',
  '<another port>': '20911',
};

/** What every row of the symptoms table advises, for each role and release that it holds for. */
export function adviceOfSymptoms(): Advice[] {
  return SYMPTOMS.flatMap((symptom) =>
    (symptom.roles ?? (['broker'] as const)).flatMap((role) =>
      SUPPORTED_RELEASES.flatMap((rocketmq): Advice[] => {
        const facts: SymptomFacts = { ...NOTHING, node: ID_OF[role], role, rocketmq };
        if (!appliesTo(symptom, facts)) return [];
        const groups = new Proxy({}, { get: (_, name) => (/size|bytes|wanted|port|status|code/i.test(String(name)) ? '65536' : 'Orders') });
        const { what, why, next } = symptom.says(facts, { groups, record: ['a line of a log'] });
        return commandsIn([what, why, next].join('\n')).map((command) => ({
          where: `${symptom.code}, ${role} of ${rocketmq}`,
          command,
          rocketmq,
        }));
      }),
    ),
  );
}

/** What the sources advise word for word, and the documents; what is named without its arguments is only a name. */
export function adviceOfTexts(): Advice[] {
  const files = [...below('src', '.ts'), ...below('docs', '.md').filter((file) => file !== 'docs/symptoms.md'), 'README.md'];
  return files.flatMap((file) => {
    const text = readFileSync(`${ROOT}${file}`, 'utf8');
    const commands = file.endsWith('.ts') ? commandsIn(text.replaceAll('\\`', '`')) : [...commandsIn(text), ...linesOfBlocks(text)];
    return commands
      .filter((command) => !/[<>…&]|\$\{|--help/.test(command))
      .map((command) => ({ where: file, command, rocketmq: DEFAULT_RELEASE }));
  });
}

function below(folder: string, ending: string): string[] {
  return readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`);
}

/** Commands in backticks, and options alone, which are for `up`. */
function commandsIn(text: string): string[] {
  return [...text.matchAll(/`((?:rmqdev |--(?:set|heap) )[^`\n]+)`/g)].map(([, command = '']) => {
    const filled = Object.entries(HOLES).reduce((words, [hole, word]) => words.replaceAll(hole, word), command);
    return filled.startsWith('--') ? `rmqdev up 2m2s ${filled}` : filled;
  });
}

/** Commands that stand on a line of their own in a code block. */
function linesOfBlocks(text: string): string[] {
  return [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
    [...block.matchAll(/^(?:\$ )?(rmqdev [a-z-]+(?: [^\n]*)?)$/gm)].map(([, line = '']) => line.split(/\s+#\s/)[0] as string),
  );
}

const NOTHING: SymptomFacts = {
  node: null,
  role: null,
  rocketmq: null,
  jdkMajor: 17,
  exit: null,
  ports: { listen: 10911, fast: 10909, ha: 10912 },
  portHolders: [],
  heapBytes: 268_435_456,
  storePath: '/store',
  configFile: '/node.conf',
  memory: null,
  diskUsedRatio: 0.9,
  files: [],
};
