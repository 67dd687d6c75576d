import type { Finding } from '../../base/finding.js';
import { LINT_CODES, type LintCode } from './codes.js';
import { LINT_EXAMPLES, type LintExample } from './examples.js';

/** @param findingsOf runs lint on an example. @returns docs/lint.md; written by scripts/generate-lint-doc.mjs */
export async function lintDocument(findingsOf: (example: LintExample) => Promise<readonly Finding[]>): Promise<string> {
  const codes = Object.keys(LINT_CODES) as LintCode[];
  const sections = await Promise.all(codes.map(async (code) => section(code, await findingsOf(LINT_EXAMPLES[code]))));
  return [
    '# lint',
    '',
    '<!-- Written by scripts/generate-lint-doc.mjs. -->',
    '',
    'What `rmqdev lint` can find. The severity is the worst that a finding can have; codes are stable, texts may change. A finding that holds only for some releases is a warning or a note if no path, image or `--rocketmq` says which release the files are for. The tests run each example.',
    '',
    '| Code | Worst | Says that … | Releases |',
    '|---|---|---|---|',
    ...codes.map((code) => {
      const [severity, means, releases] = LINT_CODES[code];
      return `| [\`${code}\`](#${code.toLowerCase()}) | ${severity} | ${means} | ${releases} |`;
    }),
    '',
    ...sections.flat(),
  ].join('\n');
}

function section(code: LintCode, findings: readonly Finding[]): string[] {
  const [, , releases, source] = LINT_CODES[code];
  const { files, rocketmq, encoding } = LINT_EXAMPLES[code];
  const shown = Object.entries(files).flatMap(([path, text]) => [
    `# ${path}${encoding ? ` (in ${encoding})` : ''}`,
    ...text.trimEnd().split('\n').map(visible),
    '',
  ]);
  const own = findings.filter((each) => each.code === code);
  return [
    `## ${code}`,
    '',
    `Releases: ${releases}. Source: ${source}.${rocketmq ? ` The example is for ${rocketmq}.` : ''}`,
    '',
    '```properties',
    ...shown.slice(0, -1),
    '```',
    '',
    ...own.map(
      ({ severity, at, what, why, next }) =>
        `> ${severity} ${at.map(({ file, line }) => `${file}${line === null ? '' : `:${line}`}`).join(', ')}: ${escaped(`${what}: ${why}. ${next}.`)}`,
    ),
    '',
  ];
}

/** Shows what is invisible: a byte order mark, a space at the end. */
const visible = (line: string) => line.replace(/^\uFEFF/, '<BOM>').replace(/ +$/, (blanks) => '␠'.repeat(blanks.length));
const escaped = (text: string) => text.replaceAll('<', '\\<').replaceAll('~', '\\~').replaceAll('{{', '{ {');
