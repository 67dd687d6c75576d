import type { Finding } from '../../base/finding.js';
import { counted } from '../../base/units.js';
import type { Check, CheckStatus, DoctorReport } from '../../diagnose/doctor/check.js';
import { type Colors, severityWord } from './terminal.js';

const WIDTH = 9;
const INDENT = ' '.repeat(WIDTH + 2);

/** One line for each check under the name of its section, each finding below its check, the sum at the end. */
export function renderDoctor({ profile, checks }: DoctorReport, colors: Colors): string {
  const sections = [...new Set(checks.map(({ section }) => section))];
  const lines = sections.flatMap((section) => [
    colors.bold(section),
    ...checks.filter((check) => check.section === section).flatMap((check) => renderCheck(check, colors)),
    '',
  ]);
  return [...lines, verdict(profile, checks)].join('\n');
}

function renderCheck({ status, summary, findings }: Check, colors: Colors): string[] {
  return [`  ${paint(status, colors)}${summary}`, ...findings.flatMap((finding) => renderFinding(finding, colors))];
}

function renderFinding({ severity, what, why, next }: Finding, colors: Colors): string[] {
  return [`${INDENT}${severityWord(colors, severity)}: ${what}`, `${INDENT}  why:  ${why}`, `${INDENT}  next: ${next}`];
}

function paint(status: CheckStatus, colors: Colors): string {
  const color = { ok: colors.green, warning: colors.yellow, error: colors.red, skipped: colors.dim }[status];
  return color(status.padEnd(WIDTH));
}

function verdict(profile: string, checks: readonly Check[]): string {
  const findings = checks.flatMap((check) => check.findings);
  const count = (severity: string, word: string) => {
    const { length } = findings.filter((finding) => finding.severity === severity);
    return length === 0 ? [] : [counted(length, word)];
  };
  const found = [...count('error', 'error'), ...count('warning', 'warning')];
  if (found.length === 0) return `\`rmqdev up ${profile}\` should work: no problem found.`;
  const isFit = !findings.some(({ severity }) => severity === 'error');
  return `${found.join(', ')}. ${isFit ? `You can still try \`rmqdev up ${profile}\`.` : 'Fix the errors first: `next` says how.'}`;
}
