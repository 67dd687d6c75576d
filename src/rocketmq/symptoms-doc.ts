import { EXIT_ROWS } from './exit-status.js';
import type { Symptom, SymptomFacts } from './symptom.js';
import { SYMPTOMS } from './symptoms.js';

/** The facts of an unknown node, so that the texts say what holds in general. */
const NOTHING: SymptomFacts = {
  node: null,
  role: null,
  rocketmq: null,
  jdkMajor: null,
  exit: null,
  ports: {},
  portHolders: [],
  heapBytes: null,
  storePath: null,
  configFile: null,
  memory: null,
  diskUsedRatio: null,
  files: [],
};

/** Stands for what a text repeats from the line. */
const PLACEHOLDER = new Proxy({}, { get: (_, name) => `<${String(name)}>` }) as Record<string, string>;

/** @returns docs/symptoms.md: one section for each code, one table row for each way to recognise it. */
export function symptomsDocument(): string {
  const codes = [...new Set(SYMPTOMS.map(({ code }) => code))].sort();
  const exits = EXIT_ROWS.map(
    ({ codes: of, roles, meaning, source }) => `| ${of.join(', ')} | ${roles?.join(', ') ?? 'any'} | ${cell(meaning)} | ${cell(source)} |`,
  );
  return `# Symptoms

What RocketMQ and the JVM write when something is wrong, as far as \`rmqdev explain\` and crash reports know it. Generated from
\`src/rocketmq/symptoms.ts\` by \`npm run build && node scripts/generate-symptoms.mjs\`; do not edit.

*Proved* names the case of \`scripts/provoke-crashes.mjs\` that makes a real node write it, kept in \`test/fixtures\`.

## Exit statuses

| Status | Role | Meaning | Source |
|---|---|---|---|
${exits.join('\n')}

${codes
  .map((code) =>
    section(
      code,
      SYMPTOMS.filter((symptom) => symptom.code === code),
    ),
  )
  .join('\n\n')}
`;
}

function section(code: string, rows: readonly Symptom[]): string {
  const { what, why, next } = textOf(rows[0] as Symptom);
  const lines = rows.map(
    (row) =>
      `| ${looks(row)} | ${cell(row.kinds?.join(', ') ?? 'any')} | ${releases(row)} | ${row.severity} | ${cell(row.source)} | ${cell('provoked' in row ? row.provoked : `not provoked: ${row.notProvoked}`)} |`,
  );
  return `## ${code}

${what}.

- Why: ${why}.
- What to do: ${next}.

| Looks like | Files | Releases | Severity | Source | Proved |
|---|---|---|---|---|---|
${lines.join('\n')}`;
}

function textOf(row: Symptom) {
  return row.says(NOTHING, { groups: PLACEHOLDER, record: [row.literals[0] ?? ''] });
}

function looks({ literals, exit }: Symptom): string {
  if (literals.length > 0) return literals.map((literal) => `\`${literal.trim().replaceAll('|', '\\|')}\``).join('<br>');
  return `the exit alone: ${[...(exit?.codes ?? []), ...(exit?.signals ?? [])].join(', ')}`;
}

function releases({ since, before }: Symptom): string {
  if (since) return before ? `${since} to before ${before}` : `from ${since}`;
  return before ? `before ${before}` : 'all';
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
