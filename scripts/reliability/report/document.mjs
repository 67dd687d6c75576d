import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { aboutRun, figuresOf, number, runsOf, targetOf } from './figures.mjs';
import { PROOFS } from './proofs.mjs';
import { symptomCounts } from './symptom-counts.mjs';

const FIGURES = fileURLToPath(new URL('../../../docs/reliability/', import.meta.url));
const MAX_TEXT = 120;

/** @returns docs/reliability.md. @param read gives the content of a file of figures, undefined if it does not exist */
export async function reliabilityDocument({ read = readFigures, names = readdirSync(FIGURES), symptoms } = {}) {
  const known = PROOFS.map((proof) => section(proof, read(proof.file)));
  const others = names.filter((name) => name.endsWith('.json') && !PROOFS.some(({ file }) => file === name)).sort();
  const extra = others.map((file) =>
    section(
      {
        file,
        title: file.replace(/\.json$/, ''),
        target: null,
        command: `npm run reliability -- ${file.replace(/\.json$/, '')}`,
        zero: ['failures'],
        atLeast: {},
      },
      read(file),
    ),
  );
  return `${[
    `# Reliability

What rmqdev promises about nodes that die, and the measured results. Generated from \`docs/reliability/*.json\` and the table of symptoms by
\`npm run build && npm run reliability -- report\`; do not edit. \`npm run reliability\` lists the parts. The figures are unchanged, even if a target was missed.`,
    ...known,
    ...extra,
    symptomSection(symptoms ?? (await symptomCounts())),
  ].join('\n\n')}\n`;
}

function readFigures(name) {
  try {
    return JSON.parse(readFileSync(`${FIGURES}${name}`, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`${name}: ${error.message}`);
  }
}

function section(proof, content) {
  const head = [`## ${proof.title}`, ...(proof.target === null ? [] : [`Target: ${proof.target}.`]), `Command: \`${proof.command}\`.`];
  if (content === undefined) return [...head, 'Not measured.'].join('\n\n');
  const runs = runsOf(content).map(({ name, run }) => {
    const figures = figuresOf(run);
    // Figures with a target come first; one that the run did not write was not measured.
    const wanted = Object.keys(proof.atLeast).concat(proof.zero.filter((path) => !path.endsWith('.*')));
    const missing = wanted.filter((path) => !figures.some(([each]) => each === path)).map((path) => [path, undefined]);
    const rows = [...figures, ...missing].map(([path, value]) => ({ path, value, target: targetOf(path, proof) }));
    const ordered = [...rows.filter(({ target }) => target), ...rows.filter(({ target }) => !target)];
    return [
      ...(name === null ? [] : [`### ${name}`]),
      `${aboutRun(run)}.`,
      ['| Figure | Target | Measured | |', '|---|---|---|---|', ...ordered.map(row)].join('\n'),
    ].join('\n\n');
  });
  return [...head, ...runs].join('\n\n');
}

function row({ path, value, target }) {
  const measured = value === undefined ? 'not measured' : cell(number(value));
  const verdict = target === null || value === undefined ? '' : target.isMet(value) ? 'met' : '**missed**';
  return `| ${path} | ${target?.text ?? ''} | ${measured} | ${verdict} |`;
}

function cell(text) {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)} …` : line;
}

function symptomSection({ rows, codes, provoked, notProvoked, crashes, healthyRuns, releases }) {
  return `## Causes named

Target: every failure that can be provoked here gets the right cause; 20 logs of healthy runs give no finding.

Checked by \`npx vitest run --project unit test/unit/diagnose test/unit/rocketmq\`; \`npm run provoke\` makes the logs again. The table: [symptoms.md](symptoms.md).

| Figure | Target | Counted |
|---|---|---|
| rows of the table | | ${rows} (${codes} codes) |
| rows that a real node wrote | | ${provoked} |
| rows that could not be provoked, known only from the source code | | ${notProvoked} |
| logs of failures that real nodes wrote, each with its cause | | ${crashes} |
| logs of healthy runs that give no finding | ≥ 20 | ${healthyRuns} |
| releases of the failures | | ${releases.join(', ')} |`;
}
