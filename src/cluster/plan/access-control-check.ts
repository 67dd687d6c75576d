import { RmqdevError } from '../../base/errors.js';
import type { NodeProfile } from '../../profile/profile.js';
import { ACCESS_CONTROL_KEYS } from '../../rocketmq/access-control.js';
import { releaseTraits, SUPPORTED_RELEASES } from '../../rocketmq/releases.js';
import type { Cluster } from '../cluster.js';
import type { ReleaseRef } from '../spec/node-spec.js';
import type { PlanRequest } from './plan-request.js';

type Request = Pick<PlanRequest, 'profile' | 'placeOf'>;
type Releases = ReadonlyMap<string, Pick<ReleaseRef, 'version'>>;

/**
 * Refuses what would start and then refuse every request, also those of rmqdev; tells what a cluster loses by access control.
 * @throws RmqdevError PROFILE_INVALID, UNSUPPORTED
 */
export function checkAccessControl(cluster: Pick<Cluster, 'specs'>, request: Request, releases: Releases, notices: string[]): void {
  const { profile } = request;
  for (const node of profile.nodes) {
    refuseUnknownAccount(node, request);
    refuseOtherTls(node, request);
  }
  if (profile.acl === undefined) return;
  const formOf = ({ id }: { id: string }) => releaseTraits(releases.get(id)?.version ?? '').accessControl;
  refuseOldProxy(request, releases);
  refuseChangedSecret(cluster, request, formOf);
  const followers = profile.nodes
    .filter((node) => node.role === 'broker' && node.brokerId !== 0 && formOf(node) === 'plain')
    .map(({ id }) => id);
  if (followers.length > 0) notices.push(unsignedFollowers(followers));
}

/** Source: broker/.../out/BrokerOuterAPI.java: without a hook that signs, up to 5.2. Measured on 4.9.7. */
function unsignedFollowers(ids: readonly string[]): string {
  return (
    `acl: ${ids.join(', ')} get${ids.length === 1 ? 's' : ''} the messages of the master, but no topics, groups and offsets: up to RocketMQ 5.2 a slave does not sign what it asks its master. ` +
    'Use 5.3 or later; or write 127.0.0.1 into globalWhiteRemoteAddresses of acl/plain_acl.yml of the master, which lets in every client of this machine without an account'
  );
}

/** Access control that the user turned on by hand: rmqdev has no account for it. */
function refuseUnknownAccount(node: NodeProfile, { profile, placeOf }: Request): void {
  if (profile.acl !== undefined) return;
  const key = ACCESS_CONTROL_KEYS.find((name) => node.properties[name]?.trim() === 'true');
  if (key === undefined) return;
  throw new RmqdevError('PROFILE_INVALID', {
    what: `${node.id} would let nobody in`,
    why: `${placeOf(node.id, key) ?? `${node.id}.properties`}: ${key} wants an account with each request, and the profile names none`,
    next: 'Write `acl: true` at the top of the profile instead, or `acl: { accessKey: …, secretKey: … }`: it does all that the release needs for it',
  });
}

/** TLS is set for the whole cluster: nodes with TLS and nodes without it would not find each other. */
function refuseOtherTls(node: NodeProfile, { profile }: Request): void {
  const mode = node.jvm.findLast((option) => option.startsWith('-Dtls.server.mode='))?.split('=')[1];
  const wanted = profile.tls ?? false;
  if (mode === undefined || node.role === 'proxy' || mode === 'permissive' || (mode === 'enforcing') === wanted) return;
  throw new RmqdevError('PROFILE_INVALID', {
    what: `${node.id} and the other nodes of the cluster would not find each other`,
    why: `its JVM option -Dtls.server.mode=${mode} goes against \`tls: ${wanted}\` of the profile`,
    next: wanted ? 'Remove the option, or `tls` from the profile' : 'Write `tls: true` at the top of the profile instead of the option',
  });
}

/** Source: proxy/.../ProxyConfig.java: before 5.3 a proxy reads ACL 1.0 only from files of the release. */
function refuseOldProxy({ profile }: Request, releases: Releases): void {
  const proxy = profile.nodes.find(
    ({ id, role }) => role === 'proxy' && releaseTraits(releases.get(id)?.version ?? '').accessControl === 'plain',
  );
  if (!proxy) return;
  const fitting = SUPPORTED_RELEASES.filter((release) => releaseTraits(release).accessControl === 'users');
  throw new RmqdevError('UNSUPPORTED', {
    what: `profile ${profile.name} cannot run with acl on RocketMQ ${releases.get(proxy.id)?.version}`,
    why: `${proxy.id} is a proxy, and before 5.3 a proxy has no account of its own with which it could ask brokers`,
    next: `Choose one of ${fitting.join(', ')}, such as --rocketmq ${fitting.at(-1)}; or omit acl`,
  });
}

/** The file never changes a user that is in the store. Source: auth/.../manager/AuthenticationMetadataManagerImpl.java initUser. */
function refuseChangedSecret(
  { specs }: Pick<Cluster, 'specs'>,
  { profile }: Request,
  formOf: (node: { id: string }) => 'plain' | 'users',
): void {
  const { accessKey, secretKey } = profile.acl ?? {};
  const known = specs.find(
    ({ id, role, account }) =>
      role === 'broker' &&
      profile.nodes.some((node) => node.id === id && formOf(node) === 'users') &&
      account?.accessKey === accessKey &&
      account?.secretKey !== secretKey,
  );
  if (!known) return;
  throw new RmqdevError('PROFILE_INVALID', {
    what: `the secret key of account ${accessKey} cannot be changed in the profile`,
    why: `${known.id} has the account in its store, and RocketMQ does not change it there by its file`,
    next: `Choose another accessKey; or \`rmqdev down --delete\` first, which deletes the stores`,
  });
}
