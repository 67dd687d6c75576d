import { isLoopback } from '../base/loopback.js';
import { checkProperties } from '../cluster/plan/plan.js';
import { refuseUnknownRelease, refuseUnsupportedTopology } from '../cluster/plan/releases-and-jdks.js';
import type { Profile } from '../profile/profile.js';
import { isReleaseRole, releaseTraits } from '../rocketmq/releases.js';
import { advertiseWithHosts, exportCompose } from './compose.js';
import { type Exported, notExportable } from './exported.js';
import { exportKubernetes } from './kubernetes.js';
import { exportForOperator } from './operator.js';
import { exportProperties } from './properties.js';
import { exportSystemd } from './systemd.js';

export const EXPORT_TARGETS = ['properties', 'compose', 'kubernetes', 'systemd'] as const;
export type ExportTarget = (typeof EXPORT_TARGETS)[number];

export type ExportRequest = {
  target: ExportTarget;
  profile: Profile;
  /** Of each node, by its id. */
  versions: ReadonlyMap<string, string>;
  /** Kubernetes: the resources of the RocketMQ operator instead of plain ones. */
  operator: boolean;
  options: ExportOptions;
};

/** What the profile does not say about the target. */
export type ExportOptions = {
  /** Where clients reach the cluster. */
  advertise?: string | undefined;
  /** Compose: the network of the containers. */
  subnet?: string | undefined;
  /** Kubernetes. */
  namespace?: string | undefined;
  /** properties, systemd: the folder on the server for stores and logs. */
  data?: string | undefined;
  /** systemd: the folder of the release on the server. */
  home?: string | undefined;
};

/** Which options say something to which target. */
const OPTIONS_OF: Readonly<Record<ExportTarget, readonly (keyof ExportOptions)[]>> = {
  properties: ['advertise', 'data'],
  compose: ['advertise', 'subnet'],
  kubernetes: ['namespace'],
  systemd: ['advertise', 'data', 'home'],
};

/** @throws RmqdevError NOT_EXPORTABLE for what the target cannot say; UNSUPPORTED, RELEASE_UNKNOWN, PROFILE_INVALID as `up` would */
export function exportProfile({ target, profile, versions, operator, options }: ExportRequest): Exported {
  refuseDashboards(profile);
  for (const version of versions.values()) refuseUnknownRelease(version);
  refuseUnsupportedTopology(profile, versions);
  const releases = new Map([...versions].map(([id, version]) => [id, { version }]));
  checkProperties({ profile, placeOf: () => undefined }, { releases, jars: new Map() }, []);
  refuseOtherOptions(target, options);
  refusePlainAccounts(profile, versions);
  refuseNoAddress(target, options);
  if (operator && target !== 'kubernetes')
    throw notExportable(
      `--operator with export ${target}`,
      'the operator runs on Kubernetes',
      'Use `export kubernetes --operator`, or omit it',
    );
  if (profile.hosts && options.advertise !== undefined) throw advertiseWithHosts();
  switch (target) {
    case 'compose':
      return exportCompose({ profile, versions, advertise: options.advertise, subnet: options.subnet });
    case 'kubernetes':
      return (operator ? exportForOperator : exportKubernetes)({ profile, versions, namespace: options.namespace });
    case 'properties':
      return exportProperties({ profile: advertised(profile, options), versions, data: options.data });
    case 'systemd':
      return exportSystemd({ profile: advertised(profile, options), versions, data: options.data, home: options.home });
  }
}

/** A dashboard is no part of a release, and its jar is a file of this machine. */
function refuseDashboards({ nodes }: Profile): void {
  const dashboard = nodes.find(({ role }) => !isReleaseRole(role));
  if (dashboard)
    throw notExportable(
      dashboard.id,
      'the jar of a dashboard is a file of yours on this machine, and no release has it',
      `Export without it: \`--set nodes.${dashboard.id}=null\`; the dashboard needs only the addresses of the NameServers`,
    );
}

/** On a server the nodes find each other as rmqdev runs them; only what clients are told changes. */
function advertised(profile: Profile, { advertise }: ExportOptions): Profile {
  if (advertise === undefined) return profile;
  return { ...profile, nodes: profile.nodes.map((node) => ({ ...node, advertise: { ...node.advertise, clients: advertise } })) };
}

function refuseOtherOptions(target: ExportTarget, options: ExportOptions): void {
  const other = (Object.keys(options) as (keyof ExportOptions)[]).find(
    (key) => options[key] !== undefined && !OPTIONS_OF[target].includes(key),
  );
  if (other)
    throw notExportable(`--${other} with export ${target}`, `${target} has no such thing`, `Omit it; it is for ${targetsWith(other)}`);
}

function refuseNoAddress(target: ExportTarget, { advertise }: ExportOptions): void {
  if (advertise !== undefined && target !== 'compose' && isLoopback(advertise))
    throw notExportable(
      `--advertise ${advertise} with export ${target}`,
      'on every other machine this address is that machine itself',
      'Name the address at which the others reach the server, or omit it',
    );
  if (advertise !== undefined && !/^[a-zA-Z0-9._:-]+$/.test(advertise))
    throw notExportable(`--advertise ${advertise}`, 'it must be a host name or an address', 'Write it as 192.168.1.20');
}

const targetsWith = (option: keyof ExportOptions) => EXPORT_TARGETS.filter((target) => OPTIONS_OF[target].includes(option)).join(', ');

/** Up to 5.2 the accounts are in a file below the folder of the release, at a path that only the machine knows. */
function refusePlainAccounts(profile: Profile, versions: ReadonlyMap<string, string>): void {
  const plain = profile.acl && [...versions.values()].find((version) => releaseTraits(version).accessControl === 'plain');
  if (plain)
    throw notExportable(
      `acl on RocketMQ ${plain}`,
      'up to 5.2 a broker reads its accounts from plain_acl.yml in the folder of its release, which all its brokers share',
      'Export for 5.3 or later, or with `--set acl=false` and set up the accounts there',
    );
}
