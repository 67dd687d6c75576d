import type { Finding } from '../base/finding.js';
import { DEFAULT_RELEASE } from '../rocketmq/releases.js';
import type { ConfigSet } from './lint/config-set.js';
import { remarkFindings, scriptFindings } from './lint/file-rules.js';
import { hostFindings, pathFindings, portFindings } from './lint/host-rules.js';
import { hostsOf } from './lint/hosts.js';
import { brokerFindings, namesrvAddrFindings, pairFindings } from './lint/identity-rules.js';
import { keyFindings } from './lint/key-rules.js';
import { NodeView } from './lint/node-view.js';

export type LintReport = {
  rocketmq: string;
  files: number;
  /** As written, on the hosts that the author meant. */
  findings: Finding[];
  /** What would clash besides, if all of it ran on one machine. */
  oneMachine: Finding[];
};

/** @param version of the user's; else the one that the paths name, else the default release */
export function lint(sets: readonly ConfigSet[], version: string | undefined): LintReport {
  const named = [...new Set(sets.flatMap(({ versions }) => versions))];
  const rocketmq = version ?? (named.length === 1 ? (named[0] as string) : DEFAULT_RELEASE);
  const reports = sets.map((set) => lintSet(set, rocketmq));
  return {
    rocketmq,
    files: sets.reduce((sum, { files }) => sum + files.filter(({ role }) => role !== undefined).length, 0),
    findings: settle(reports.flatMap(({ findings }) => findings)),
    oneMachine: settle(reports.flatMap(({ oneMachine }) => oneMachine)),
  };
}

function lintSet(set: ConfigSet, version: string): Pick<LintReport, 'findings' | 'oneMachine'> {
  const files = [...set.files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const nodes = files.flatMap((file) => (file.role === undefined ? [] : [new NodeView(file, file.role, version)]));
  const meant = hostFindings(nodes, hostsOf(set));
  const findings = [
    ...files.flatMap(remarkFindings),
    ...nodes.flatMap((node) => [
      ...keyFindings(node),
      ...brokerFindings(node),
      ...namesrvAddrFindings(node),
      ...pathFindings(node),
      ...portFindings(node),
    ]),
    ...pairFindings(nodes),
    ...meant,
    ...scriptFindings(set),
  ];
  const said = new Set(meant.map(keyOf));
  const oneMachine = hostFindings(nodes, () => 'same')
    .filter((each) => !said.has(keyOf(each)))
    .map((each): Finding => ({ ...each, severity: 'warning' }));
  return { findings, oneMachine };
}

const keyOf = ({ code, at }: Finding) => `${code} ${at.map(({ file, line }) => `${file}:${line}`).join(' ')}`;

/** Each once, in the order of the files and lines. */
function settle(findings: readonly Finding[]): Finding[] {
  const unique = new Map(findings.map((each) => [`${keyOf(each)} ${each.what}`, each]));
  const order = ({ at, code }: Finding) => `${at[0]?.file ?? ''}\0${String(at[0]?.line ?? 0).padStart(7, '0')}\0${code}`;
  return [...unique.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}
