/** docs/performance.md and the figures in README, made of the record. Pure. */

import { verdictOf } from './figures.mjs';
import { shown, shownRatio, shownSpread } from './units.mjs';

const SECTIONS = {
  cluster: {
    title: 'A cluster: rmqdev against the scripts of RocketMQ',
    base: 'The scripts',
    text: `Both sides start two NameServers, two masters with synchronous replication and two slaves: the same jars, the same JDK, empty stores, and
the same questions from outside over RocketMQ's protocol. *Replicated and writable* means: a send to each master returned 0, and its slave holds the message.
The scripts are started all at once with \`nohup\`, their heaps set to 256 MB, because by themselves they ask for 40 GB. Their stop is SIGTERM to all, until the last process is gone.
rmqdev includes the command itself and the start of its daemon. A \`down\` counts only if every store was closed (no \`abort\` file left).
Memory is taken when the cluster is writable, idle CPU later: after 10 s of rest.`,
  },
  supervisor: {
    title: 'The daemon: rmqdev against PM2 and supervisord',
    base: 'Compared with',
    text: `The daemon watches real brokers and asks them how they are; PM2 and supervisord keep six \`sleep\`, and only look whether they live.
From \`kill -9\` to the next process is measured from outside: until a process with the node's own command line is in the process table. It contains the time
in which the kernel takes the killed process apart, and that is longer for a JVM than for \`sleep\`.`,
  },
  command: {
    title: 'The command',
    base: 'Compared with',
    text: 'Each of these is a process of its own, from its start to its end, as in a shell. `status` is asked of a running 2m2s, ten times in a round, in turn with `node -e 0`; a round is the median of the ten.',
  },
  sends: {
    title: 'What `startup: fast` costs',
    base: 'Compared with',
    text: `\`fast\`, the default, starts sooner: code compiled by C1 alone, small buffers. \`startup: throughput\` lets the JVM optimize and gives it large buffers, for load tests.
One broker, 32 senders that each wait for their answer, bodies of 1 KB, measured for 5 s after 8 s of warming up. The client is a Node.js process on the same cores and the same on both sides,
so the ratio says more than the number; CPU time for a message does not depend on the client.`,
  },
};

/** The lines of README: of each, the row without its release. */
const HEADLINE = [
  ['up', '`up 2m2s` until replicated and writable'],
  ['memory', 'memory of the six JVMs'],
  ['down', '`down`, every store closed'],
  ['delete', '`down --delete`'],
  ['idle', 'idle CPU, percent of a core'],
];
const HEADLINE_RELEASES = ['4.9.7', '5.5.0'];
const [BEGIN, END] = ['<!-- performance: written by npm run bench -->', '<!-- /performance -->'];

/**
 * @param {{ families: import('./families.mjs').Family[], record: import('./record.mjs').Record, tried: { [row: string]: string } }} of
 *   `tried`: what was tried for a row, in Markdown, written by hand.
 * @returns {string} docs/performance.md
 */
export function performanceDocument({ families, record, tried }) {
  const sections = Object.entries(SECTIONS).map(([name, section]) =>
    sectionOf(
      section,
      families.filter((family) => family.section === name),
      record,
    ),
  );
  return `${[
    '# Performance',
    '',
    'How fast rmqdev starts, stops and answers, and what it costs while it runs; measured side by side with what you would use without it.',
    'Ratios count: they were taken in turn on the same machine. Bare times and sizes are those of one machine, and yours has others: `npm run bench` measures all of it there.',
    '',
    '`npm run bench` writes this page, so do not edit it. What was tried for a target that is missed is in `scripts/bench/tried.yaml`.',
    '',
    ...summary(families, record),
    ...sections.flat(),
    ...missedSection(families, record, tried),
    ...runsSection(record),
  ].join('\n')}\n`;
}

/** @returns {string} README with the figures of the record. Throws if README has no place for them. */
export function readmeWith(readme, record) {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`README.md must have the lines ${BEGIN} and ${END}`);
  return `${readme.slice(0, begin)}${BEGIN}\n${headline(record)}\n${readme.slice(end)}`;
}

/** A median over the other: `4.2 s / 29.6 s = **0.14 ×**`. */
function headline({ rows }) {
  const cell = (name, release) => {
    const row = rows[`${name}-${release}`];
    if (!row?.ratio) return 'not measured';
    const unit = UNIT_OF_HEADLINE[name] ?? 'ms';
    return `${shown(row.value.median, unit)} / ${shown(row.base.median, unit)} = **${shownRatio({ ...row.ratio, min: row.ratio.median, max: row.ratio.median })}**`;
  };
  return [
    `| rmqdev / scripts | ${HEADLINE_RELEASES.map((release) => `RocketMQ ${release}`).join(' | ')} |`,
    `|---|${HEADLINE_RELEASES.map(() => '---|').join('')}`,
    ...HEADLINE.map(([name, text]) => `| ${text} | ${HEADLINE_RELEASES.map((release) => cell(name, release)).join(' | ')} |`),
  ].join('\n');
}

const UNIT_OF_HEADLINE = { memory: 'bytes', idle: 'percent' };

function summary(families, record) {
  const judged = families.flatMap(({ rows }) =>
    rows.flatMap((row) => (row.target ? [record.rows[row.name] ? verdictOf(row, record.rows[row.name]) : 'not measured'] : [])),
  );
  const count = (verdict) => judged.filter((each) => each === verdict).length;
  const open = count('not measured');
  return [
    `**${count('met')} of ${judged.length} targets are met, ${count('missed')} missed${open > 0 ? `, ${open} not measured yet` : ''}.** Targets were set before the work began; [missed ones](#missed-and-what-was-tried) stay here as missed.`,
    '',
  ];
}

function sectionOf({ title, base, text }, families, { rows: recorded }) {
  const rows = families.flatMap((family) => family.rows.map((row) => ({ family, row, result: recorded[row.name] })));
  return [
    `## ${title}`,
    '',
    text,
    '',
    `| Work | rmqdev | ${base} | Ratio | Target | |`,
    '|---|---|---|---|---|---|',
    ...rows.map(({ row, result }) => tableRow(row, result, base)),
    '',
    ...sidesOf(families, recorded),
    ...besides(rows),
    ...failuresOf(rows),
    '',
  ];
}

function tableRow(row, result, defaultBase) {
  const target = row.target ? targetText(row) : '–';
  if (!result) return `| ${row.title} | not measured | | | ${target} | |`;
  const { value, base, ratio } = result;
  const isDefault = row.baseTitle === undefined && defaultBase === 'The scripts';
  const compared = base ? `${isDefault ? '' : `${row.baseTitle ?? ''}: `}${shownSpread(base, row.unit)}` : '';
  const difference = row.target && 'moreThanBase' in row.target ? `, +${shown(value.median - base.median, row.unit)}` : '';
  const verdict = verdictOf(row, result);
  return `| ${row.title} | ${shownSpread(value, row.unit)} | ${compared} | ${ratio ? `${shownRatio(ratio)}${difference}` : ''} | ${target} | ${verdict === 'missed' ? '**missed**' : (verdict ?? '')} |`;
}

function targetText({ target, unit, better }) {
  const sign = better === 'more' ? '≥' : '≤';
  if ('ratio' in target) return `${sign} ${target.ratio} ×`;
  if ('moreThanBase' in target) return `≤ ${shown(target.moreThanBase, unit)} more`;
  return `${sign} ${shown(target.atMost, unit)}`;
}

/** What was measured, with its versions: once for each family. */
function sidesOf(families, recorded) {
  return families.flatMap((family) => {
    const result = family.rows.map(({ name }) => recorded[name]).find((each) => each !== undefined);
    if (!result) return [];
    const facts = Object.entries(result.facts ?? {}).map(([name, version]) => `${FACT_NAMES[name] ?? name} ${version}`);
    return [`- ${Object.values(result.sides).join('; ')}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}.`];
  });
}

const FACT_NAMES = { java: 'JDK', pm2: 'PM2', supervisord: 'supervisord', own: 'Node.js', node22: 'Node.js', node24: 'Node.js' };

function besides(rows) {
  const lines = rows.flatMap(({ row, result }) =>
    result?.beside
      ? [`- ${row.title}: ${result.beside.map(({ text, unit, value }) => `${text} ${shownSpread(value, unit)}`).join('; ')}.`]
      : [],
  );
  return lines.length > 0 ? ['', 'Measured with it:', '', ...lines] : [];
}

function failuresOf(rows) {
  const failures = [...new Set(rows.flatMap(({ result }) => result?.failures ?? []))];
  return failures.length > 0 ? ['', 'Rounds that failed, and are in no median:', '', ...failures.map((failure) => `- ${failure}`)] : [];
}

function missedSection(families, { rows: recorded }, tried) {
  const missed = families.flatMap(({ rows }) =>
    rows.filter((row) => recorded[row.name] && verdictOf(row, recorded[row.name]) === 'missed'),
  );
  if (missed.length === 0) return [];
  return [
    '## Missed, and what was tried',
    '',
    ...missed.flatMap((row) => {
      const result = recorded[row.name];
      const { unit, target } = row;
      const is =
        'ratio' in target
          ? shownRatio({ ...result.ratio, min: 0, max: 0 }).split(' (')[0]
          : 'moreThanBase' in target
            ? `${shown(result.value.median - result.base.median, unit)} more`
            : shown(result.value.median, unit);
      return [
        `**${row.title}** (\`${row.name}\`): ${is}, target ${targetText(row)}. ${tried[row.name]?.trim() ?? 'Nothing is written down yet.'}`,
        '',
      ];
    }),
  ];
}

function runsSection({ runs, rows }) {
  const ids = Object.keys(runs).sort((a, b) => Number(b) - Number(a));
  if (ids.length === 0) return [];
  return [
    '## Runs',
    '',
    'A row shows the median of its rounds, and from the lowest to the highest of them. The sides of a round are measured in turn, and take turns in being first. A ratio is that of the medians; its range is that of the rounds.',
    'Load is that of the last minute before the run; `busy` how much of a core others used just before the row.',
    '',
    ...ids.flatMap((id) => {
      const { at, commit, rmqdev, machine, node, load, rounds, command } = runs[id];
      const own = Object.entries(rows).filter(([, row]) => row.run === id);
      const busy = Math.max(0, ...own.map(([, row]) => row.busyPercent ?? 0));
      return [
        `- **${at.slice(0, 10)}**, rmqdev ${rmqdev} at commit \`${commit}\`, ${counted(rounds, 'round')}, \`${command}\``,
        `  - ${machine}, Node.js ${node}; load ${load.toFixed(2)}, busy at most ${busy} %${load > 1 ? '. **Not a quiet machine**: take ratios with care' : ''}`,
        `  - ${own.length === Object.keys(rows).length ? 'all rows' : own.map(([name]) => `\`${name}\``).join(', ')}`,
      ];
    }),
  ];
}

const counted = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;
