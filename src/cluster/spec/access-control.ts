import { mkdir, readFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { Document, isMap, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { systemCode } from '../../base/errors.js';
import type { Account } from '../../profile/profile.js';
import type { Reach } from '../../remoting/client.js';
import { accessControlProperties } from '../../rocketmq/access-control.js';
import { releaseTraits } from '../../rocketmq/releases.js';
import type { ConfigLine, NodeSpec } from './node-spec.js';

type Secured = Pick<NodeSpec, 'account' | 'release' | 'role'>;

/** @returns the part of a node's file that is about access control. */
export function accessControlLines({ account, release, role }: Secured): ConfigLine[] {
  return account === null ? [] : accessControlProperties(release.version, role, account);
}

const hasPlainAcl = ({ account, release, role }: Secured): boolean =>
  account !== null && role === 'broker' && releaseTraits(release.version).accessControl === 'plain';

/** Does a slave or a follower learn of its master’s topics? Up to 5.2 it does not sign what it asks. Source: broker/.../out/BrokerOuterAPI.java. */
export const copiesTopics = (node: Secured): boolean => !hasPlainAcl(node);

/** The broker looks for its accounts in the folder of the release, which all clusters share. Source: acl/.../plain/PlainPermissionManager.java. */
export function accessControlFlags(node: Secured & Pick<NodeSpec, 'paths'>): string[] {
  return hasPlainAcl(node) ? [`-Drocketmq.acl.plain.file=/${relative(node.release.home, node.paths.plainAcl)}`] : [];
}

/** Makes sure that the accounts of a broker up to 5.2 include the cluster's own. Other contents of the file, by hand or by mqadmin, stay. */
export async function writePlainAcl(node: Secured & Pick<NodeSpec, 'paths'>): Promise<void> {
  if (!hasPlainAcl(node)) return;
  const file = node.paths.plainAcl;
  const before = await readFile(file, 'utf8').catch((error) => {
    if (systemCode(error) === 'ENOENT') return '';
    throw error;
  });
  const text = withAccount(before, node.account as Account);
  if (text === before) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFileAtomic(file, text, { mode: 0o600 });
}

const HEAD = ` Accounts of this broker, which reads the file again when it changes. rmqdev keeps its own account in it, and leaves the rest alone.
 Permissions of an account: admin, defaultTopicPerm, defaultGroupPerm, topicPerms and groupPerms (topicA=PUB|SUB).`;

/** @returns the accounts file `text` with `account` as an administrator; `text` itself if it has it already. */
export function withAccount(text: string, { accessKey, secretKey }: Account): string {
  const parsed: Document = parseDocument(text);
  const document = isMap(parsed.contents) ? parsed : new Document({});
  if (document !== parsed) document.commentBefore = HEAD;
  const accounts = document.get('accounts');
  const list = isSeq(accounts) ? accounts.items.filter(isMap) : [];
  const own = list.find((entry) => String(entry.get('accessKey')) === accessKey) as YAMLMap | undefined;
  if (own && String(own.get('secretKey')) === secretKey && own.get('admin') === true) return text;
  if (own) {
    own.set('secretKey', secretKey);
    own.set('admin', true);
  } else {
    const entry = document.createNode({ accessKey, secretKey, admin: true, defaultTopicPerm: 'PUB|SUB', defaultGroupPerm: 'PUB|SUB' });
    if (isSeq(accounts)) accounts.add(entry);
    else document.set('accounts', document.createNode([entry]));
  }
  return document.toString();
}

/** @returns how rmqdev speaks to one of its own nodes. RocketMQ makes a new certificate at every start, so it cannot be verified. */
export function ownReach({ account, tls, role }: Pick<NodeSpec, 'account' | 'tls' | 'role'>): Reach {
  return {
    ...(account !== null && { credentials: account }),
    // A proxy accepts both.
    ...(tls && role !== 'proxy' && { tls: { isVerified: false } }),
  };
}
