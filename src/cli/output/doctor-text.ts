import type { Finding } from '../../base/finding.js';
import { counted } from '../../base/units.js';
import type { Check, CheckStatus, DoctorReport } from '../../diagnose/doctor/check.js';
import type { Colors } from './terminal.js';

const WIDTH = 9;
const INDENT = ' '.repeat(WIDTH + 2);

/** A line a check under its section's name, each finding below its check, the sum at the end. */
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
  const word = { error: colors.red, warning: colors.yellow, info: colors.cyan }[severity](severity === 'info' ? 'note' : severity);
  return [`${INDENT}${word}: ${what}`, `${INDENT}  why:  ${why}`, `${INDENT}  next: ${next}`];
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
  if (found.length === 0) return `Nothing speaks against \`rmqdev up ${profile}\`.`;
  const isFit = !findings.some(({ severity }) => severity === 'error');
  return `${found.join(', ')}. ${isFit ? `\`rmqdev up ${profile}\` can be tried all the same.` : 'Mend the errors first: each has its fix under `next`.'}`;
}
