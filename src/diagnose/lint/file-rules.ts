import type { Finding } from '../../base/finding.js';
import type { LintCode } from './codes.js';
import type { ConfigFile, ConfigSet, ReadRemark } from './config-set.js';
import { finding } from './finding.js';

const REMARKS: Readonly<Record<ReadRemark['kind'], readonly [LintCode, string, string, string]>> = {
  empty: ['FILE_UNREADABLE', 'is empty', 'a node that reads it keeps every default', 'Write the configuration, or omit -c'],
  binary: ['FILE_UNREADABLE', 'is binary', 'it holds no text', 'Name a configuration file'],
  unreadable: ['FILE_UNREADABLE', 'cannot be read', 'it is larger than 1 MB, or this user may not read it', 'Name a configuration file'],
  'utf-16': [
    'FILE_ENCODING',
    'is in UTF-16',
    'RocketMQ reads Latin-1: it finds no key, and keeps every default',
    'Save it as UTF-8 without a byte order mark',
  ],
  bom: [
    'FILE_ENCODING',
    'begins with a byte order mark',
    'the mark becomes part of the first key, so RocketMQ does not read that key',
    'Save it as UTF-8 without a byte order mark',
  ],
  'bad-escape': [
    'BAD_ESCAPE',
    'has a \\u without four hex digits',
    'Java refuses the file: Malformed \\uxxxx encoding, exit status 255',
    'Write / instead of \\',
  ],
  'bad-json': ['JSON_INVALID', 'is not JSON', 'the proxy ends with status 1', 'Correct the JSON'],
  'not-rocketmq': [
    'FILE_NOT_ROCKETMQ',
    'is not a configuration file of RocketMQ',
    'it has no key of a broker, NameServer, controller or proxy',
    'Name another file',
  ],
  'two-roles': [
    'FILE_TWO_ROLES',
    'is for more than one role',
    'one file has keys of a broker and of a NameServer',
    'Write one file for each',
  ],
};

export function remarkFindings({ path, within, remarks }: ConfigFile): Finding[] {
  return remarks.map(({ kind, line, text, detail }) => {
    const [code, what, why, next] = REMARKS[kind];
    return finding(code, [`${path} ${what}`, detail === '' ? why : `${why} (${detail})`, next], [{ file: within ?? path, line, text }]);
  });
}

/** A path from a variable: only the running script knows which file it is. */
const VARIABLE_PATH = /\s-(?:c|bc|pc|-configFile)\s+["']?[$%]/;

export function scriptFindings({ scripts, files }: ConfigSet): Finding[] {
  if (files.length === 0) return [];
  return scripts.flatMap(({ path, launches }) =>
    launches.flatMap(({ config, file, ignored, line, text }) => {
      const at = [{ file: path, line, text }];
      // The paths given to docker run are in the container.
      const isInside = /\b(docker|podman|nerdctl|kubectl)\b/.test(text);
      const lost = config !== undefined && file === undefined && !isInside && !/[$%[<]/.test(config) && !VARIABLE_PATH.test(text);
      return [
        ...(lost
          ? [
              finding(
                'CONFIG_FILE_MISSING',
                [
                  `${config} is not among the files given`,
                  'a node whose -c file does not exist ends with 255',
                  'Correct the path, or give lint that file too',
                ],
                at,
              ),
            ]
          : []),
        ...ignored.map((word) =>
          finding(
            'ARGUMENT_IGNORED',
            [
              `${word} on the command line does nothing`,
              'the start class knows -n, -c, -p and -m, and ignores other words',
              'Write it in the file after -c',
            ],
            at,
          ),
        ),
      ];
    }),
  );
}
