import type { Finding, FindingPlace } from '../base/finding.js';
import { compareVersions, DEFAULT_RELEASE } from '../rocketmq/releases.js';
import { addressFindings } from './lint/address-rules.js';
import { aclFindings, roleFindings } from './lint/broker-rules.js';
import { clashFindings } from './lint/clash-rules.js';
import type { ConfigSet } from './lint/config-set.js';
import { groupFindings, peerFindings } from './lint/election-rules.js';
import { elsewhereFindings } from './lint/elsewhere-rules.js';
import { remarkFindings, scriptFindings } from './lint/file-rules.js';
import { hostFindings } from './lint/host-rules.js';
import { spotsOf } from './lint/hosts.js';
import { keyFindings } from './lint/key-rules.js';
import { NodeView } from './lint/node-view.js';
import { pairFindings } from './lint/pair-rules.js';
import { pathFindings } from './lint/path-rules.js';
import { portFindings } from './lint/port-rules.js';
import { type Release, releaseOf } from './lint/release.js';
import { runTogether } from './lint/run-together.js';

export type LintReport = {
  rocketmq: string;
  files: number;
  /** As written, on the hosts that the author meant. */
  findings: Finding[];
  /** What would also clash if everything ran on one machine. */
  oneMachine: Finding[];
};

/**
 * @param version the user's choice; else the one that the paths and images of a set name, else the default release
 * @param own the addresses of this machine; `oneMachine` reports all others. None: no address is reported.
 */
export function lint(sets: readonly ConfigSet[], version: string | undefined, own: readonly string[] = []): LintReport {
  const reports = sets.map((set) => lintSet(set, releaseOf(set, version), own));
  const releases = [...new Set(reports.map(({ rocketmq }) => rocketmq))].sort(compareVersions);
  return {
    rocketmq: releases.length > 0 ? releases.join(', ') : (version ?? DEFAULT_RELEASE),
    files: new Set(sets.flatMap(({ files }) => files.flatMap(({ role, path, within }) => (role === undefined ? [] : [within ?? path]))))
      .size,
    findings: settle(reports.flatMap(({ findings }) => findings)),
    oneMachine: settle(reports.flatMap(({ oneMachine }) => oneMachine)),
  };
}

function lintSet(set: ConfigSet, release: Release, own: readonly string[]): Pick<LintReport, 'rocketmq' | 'findings' | 'oneMachine'> {
  const files = [...set.files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const nodes = files.flatMap((file) => (file.role === undefined ? [] : [new NodeView(file, file.role, release)]));
  const together = runTogether(nodes);
  const clashes = clashFindings(together, spotsOf(set));
  const pairs = pairFindings(together);
  // A pair without a common NameServer is said more exactly.
  const split = new Set(pairs.filter(({ code }) => code === 'NAMESRV_DIFFERS').flatMap(({ at }) => at.map(placeKey)));
  const isSaid = ({ code, at }: Finding) => code === 'NAMESRV_DIFFERS' && at.every((place) => split.has(placeKey(place)));
  const findings = [
    ...files.flatMap(remarkFindings),
    ...nodes.flatMap((node) => [
      ...keyFindings(node),
      ...roleFindings(node),
      ...addressFindings(node),
      ...peerFindings(node),
      ...aclFindings(node, set.otherFiles),
      ...pathFindings(node),
      ...portFindings(node),
    ]),
    ...pairs,
    ...hostFindings(together, set.hosts).filter((each) => !isSaid(each)),
    ...groupFindings(together, set.hosts !== undefined),
    ...clashes.meant,
    ...scriptFindings(set),
  ];
  const oneMachine = [...clashes.oneMachine, ...(own.length > 0 ? elsewhereFindings(together, own) : [])];
  return { rocketmq: release.version, findings, oneMachine: oneMachine.map((each): Finding => ({ ...each, severity: 'warning' })) };
}

const placeKey = ({ file, line }: FindingPlace) => `${file}:${line}`;
const keyOf = ({ code, at }: Finding) => `${code} ${at.map(placeKey).join(' ')}`;

/** Each finding once, in the order of the files and lines; what follows from another finding comes after it. */
function settle(findings: readonly Finding[]): Finding[] {
  const unique = new Map(findings.map((each) => [`${keyOf(each)} ${each.what}`, each]));
  const order = ({ at, code }: Finding) => `${at[0]?.file ?? ''}\0${String(at[0]?.line ?? 0).padStart(7, '0')}\0${code}`;
  return causesFirst([...unique.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1)));
}

/** `brokerId=1 ` is read as 0, and then two brokers have that id. */
const CAUSE_OF: ReadonlyMap<string, string> = new Map([['ID_TAKEN', 'VALUE_BLANK_AT_END']]);

function causesFirst(findings: readonly Finding[]): Finding[] {
  const result = [...findings];
  for (const effect of findings.filter(({ code }) => CAUSE_OF.has(code))) {
    const files = new Set(effect.at.map(({ file }) => file));
    const isCause = ({ code, at }: Finding) => code === CAUSE_OF.get(effect.code) && at.some(({ file }) => files.has(file));
    const [from, last] = [result.indexOf(effect), result.findLastIndex(isCause)];
    if (last > from) result.splice(last, 0, ...result.splice(from, 1));
  }
  return result;
}
