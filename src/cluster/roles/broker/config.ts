import { devProperties } from '../../../rocketmq/dev-properties.js';
import { releaseTraits } from '../../../rocketmq/releases.js';
import { accessControlLines } from '../../spec/access-control.js';
import { type ConfigLine, isMaster, isSlave } from '../../spec/node-spec.js';
import { addressOf, hostOf } from '../../spec/placement.js';
import { controllerModeLines } from '../controller.js';
import { type NodeDraft, overlay } from '../role.js';
import { dledgerLines } from './dledger.js';

/** The contents of a broker's file. */
export function brokerConfig(draft: NodeDraft, all: readonly NodeDraft[]): ConfigLine[] {
  const slave = isSlave(draft);
  const traits = releaseTraits(draft.release.version);
  const partners = all.filter((other) => other.role === 'broker' && other.brokerName === draft.brokerName);
  const master = partners.find(isMaster);
  const isSyncPair = partners.some(isSlave) && master?.brokerRole === 'SYNC_MASTER';
  const lines: ConfigLine[] = [
    { key: 'brokerClusterName', value: draft.brokerClusterName, reason: 'the name under which NameServers group brokers' },
    { key: 'brokerName', value: draft.brokerName as string, reason: 'a master and its slaves share it' },
    ...identityLines(draft, partners, all),
    { key: 'namesrvAddr', value: draft.namesrvAddrs.join(';'), reason: 'every NameServer of this cluster' },
    {
      key: 'listenPort',
      value: String(draft.ports.listen),
      reason: `also taken: ${draft.ports.fast} (fast port, P-2) and ${secondPort(draft)}`,
    },
    {
      key: 'brokerIP1',
      value: hostOf(draft, 'clients'),
      reason: 'the address that clients are told; RocketMQ would pick a network card, and keep it when Wi-Fi or VPN change',
    },
    { key: 'brokerIP2', value: draft.replicationAddress, reason: 'the address that slaves replicate from' },
    { key: 'storePathRootDir', value: draft.paths.store, reason: 'this node’s own store' },
    {
      key: 'storePathCommitLog',
      value: `${draft.paths.store}/commitlog`,
      reason: 'up to 4.9.3 the default ignores storePathRootDir and two brokers share one commit log',
    },
    { key: 'flushDiskType', value: draft.flushDiskType, reason: 'profile: flush' },
    ...accessControlLines(draft),
    ...devProperties(draft.release.version, { isSlave: slave || draft.election === 'controller', isSyncPair }),
  ];
  if (slave && traits.slaveNeedsHaMasterAddress && master) {
    lines.push({
      key: 'haMasterAddress',
      value: addressOf(master, master.isElsewhere ? 'slaves' : 'host', 'ha'),
      reason: 'the slave connects at once instead of learning the address at its next registration (4.x only: 5.x never connects with it)',
    });
  }
  return overlay(lines, draft.profile.properties);
}

/** Master or slave of a fixed pair; or the properties that let a group elect its master. */
function identityLines(draft: NodeDraft, group: readonly NodeDraft[], all: readonly NodeDraft[]): ConfigLine[] {
  if (draft.election === 'dledger') return dledgerLines(draft, group);
  if (draft.election === 'controller') return controllerModeLines(all);
  return [
    { key: 'brokerId', value: String(draft.brokerId), reason: '0 is the master, above 0 a slave' },
    { key: 'brokerRole', value: draft.brokerRole as string, reason: roleReason(draft.brokerRole as string) },
  ];
}

const secondPort = ({ ports }: NodeDraft) => (ports.dledger === undefined ? `${ports.ha} (HA, P+1)` : `${ports.dledger} (DLedger, P+5)`);

function roleReason(role: string): string {
  if (role === 'SYNC_MASTER') return 'a send is answered when the slave has the message too';
  if (role === 'ASYNC_MASTER') return 'a send is answered at once, slaves follow';
  return 'copies its master, serves reads';
}
