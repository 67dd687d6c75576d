import type { Finding } from '../../base/finding.js';
import { counted } from '../../base/units.js';
import type { LintReport } from '../../diagnose/lint.js';
import type { Colors } from './terminal.js';

export function renderLint({ rocketmq, files, findings, oneMachine }: LintReport, colors: Colors): string {
  const word = (severity: Finding['severity']) =>
    ({ error: colors.red, warning: colors.yellow, info: colors.cyan })[severity](severity === 'info' ? 'note' : severity);
  const render = (finding: Finding) => [
    `${word(finding.severity)} ${finding.code}  ${finding.what}`,
    ...finding.at.map(({ file, line, text }) =>
      colors.dim(`    ${file}${line === null ? '' : `:${line}`}${text === '' ? '' : `  ${text}`}`),
    ),
    `  why:  ${finding.why}`,
    `  next: ${finding.next}`,
  ];
  const count = (severity: Finding['severity']) => findings.filter((finding) => finding.severity === severity).length;
  return [
    ...findings.flatMap(render),
    ...(oneMachine.length > 0 ? ['', colors.bold('Only if all of it ran on one machine:'), ...oneMachine.flatMap(render)] : []),
    ...(findings.length + oneMachine.length > 0 ? [''] : []),
    `${counted(files, 'file')} for RocketMQ ${rocketmq}: ${counted(count('error'), 'error')}, ${counted(count('warning'), 'warning')}.`,
  ].join('\n');
}

/** Workflow commands: annotations on the lines of a pull request. */
export function github({ findings }: LintReport): string {
  const escaped = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  return findings
    .map(({ code, severity, what, why, next, at }) => {
      const kind = severity === 'info' ? 'notice' : severity;
      const where = at[0] ? `file=${escaped(at[0].file).replaceAll(',', '%2C')},line=${at[0].line ?? 1},` : '';
      return `::${kind} ${where}title=${code}::${escaped(`${what}: ${why}. ${next}`)}\n`;
    })
    .join('');
}

export function sarif({ findings }: LintReport, version: string): string {
  const results = findings.map(({ code, severity, what, why, next, at }) => ({
    ruleId: code,
    level: severity === 'info' ? 'note' : severity,
    message: { text: `${what}: ${why}. ${next}` },
    locations: at.map(({ file, line }) => ({
      physicalLocation: { artifactLocation: { uri: encodeURI(file) }, region: { startLine: line ?? 1 } },
    })),
  }));
  const rules = [...new Set(findings.map(({ code }) => code))].map((id) => ({ id }));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'rmqdev', version, rules } }, results }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}
