import { counted, formatBytes } from '../../base/units.js';
import type { ReportResult } from '../report/make-report.js';
import type { Colors } from './terminal.js';

const MAX_MISSING = 5;
const MEANINGS: Readonly<Record<string, string>> = {
  '<host>': 'the host name',
  '<home>': 'the home folder',
  '<rmqdev-home>': 'RMQDEV_HOME',
  '<user>': 'user names',
  '<ip>': 'addresses',
  '<redacted>': 'secrets',
};

/** Where it is, how large, what is in it and what was replaced. */
export function renderReport({ file, sizeBytes, cluster, files, missing, replaced }: ReportResult, colors: Colors): string {
  const about = cluster === null ? 'there is no cluster: this machine alone' : `cluster ${cluster}`;
  const lines = Object.entries(replaced).map(([name, count]) => `${MEANINGS[name] ?? name} ${count} ×`);
  return [
    `${colors.bold(file)}  ${formatBytes(sizeBytes)}, ${counted(files.length, 'file')}, ${about}`,
    label('holds', holdings(files.map(({ path }) => path)), colors),
    label('replaced', lines.length === 0 ? 'nothing that tells of this machine was found' : lines.join(', '), colors),
    ...missing.slice(0, MAX_MISSING).map(({ path, why }, index) => label(index === 0 ? 'without' : '', `${path}: ${why}`, colors)),
    ...(missing.length > MAX_MISSING ? [label('', `and ${missing.length - MAX_MISSING} more: manifest.json names them`, colors)] : []),
    '',
    'Look into it before you share it: README.md in it is the summary. Names of topics and groups, and what your own programs wrote into logs, are not replaced.',
  ].join('\n');
}

function holdings(paths: readonly string[]): string {
  const count = (pattern: RegExp, one: string, many = `${one}s`) => {
    const { length } = paths.filter((path) => pattern.test(path));
    return length === 0 ? [] : [counted(length, one, many)];
  };
  return [
    ...count(/^nodes\/.*\.conf$/, 'configuration file'),
    ...count(/^nodes\/.*(?:\.log|\.log\.\d+|\.out)$/, 'end of a log', 'ends of logs'),
    ...count(/^nodes\/.*hs_err/, 'JVM crash file'),
    ...count(/^crashes\//, 'crash report'),
    ...(paths.includes('cluster/events.ndjson') ? ['the journal'] : []),
    ...(paths.includes('status.txt') ? ['the status'] : []),
    ...(paths.includes('machine/doctor.txt') ? ['what doctor says'] : []),
    ...(paths.includes('daemon.log') ? ['daemon.log'] : []),
  ].join(', ');
}

function label(name: string, text: string, colors: Colors): string {
  return `  ${colors.dim(name.padEnd(9))} ${text}`;
}
