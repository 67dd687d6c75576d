import type { Finding } from '../../base/finding.js';
import { finding, placeOf } from './finding.js';
import type { NodeView } from './node-view.js';
import { holdsFor } from './release.js';

/** First release without the old access control (ACL 1.0). Source: broker/.../BrokerController.java initialAcl, gone in 5.3.3. */
const ACL_UNTIL = '5.3.3';

/** What one broker says about its role. */
export function roleFindings(node: NodeView): Finding[] {
  if (node.role !== 'broker' || node.isOpen('brokerId') || node.isOpen('brokerRole')) return [];
  const findings: Finding[] = [];
  const written = Number(node.value('brokerId') ?? 0);
  if (node.brokerRole === 'SLAVE' && written <= 0 && !node.isElected) {
    findings.push(
      finding(
        'SLAVE_ID_ZERO',
        [`a SLAVE with brokerId ${written}`, "the broker ends with 253: Slave's brokerId must be > 0", 'Write brokerId=1'],
        [placeOf(node, 'brokerId', 'brokerRole')],
      ),
    );
  }
  if (node.brokerRole !== 'SLAVE' && written !== 0 && !node.isElected) {
    findings.push(
      finding(
        'MASTER_ID_IGNORED',
        [
          `brokerId ${written} with brokerRole ${node.brokerRole}`,
          'a master always has id 0: this broker registers as a master',
          'Write brokerId=0, or brokerRole=SLAVE',
        ],
        [placeOf(node, 'brokerId')],
      ),
    );
  }
  return [...findings, ...haMasterAddress(node)];
}

function haMasterAddress(node: NodeView): Finding[] {
  if (!node.value('haMasterAddress') || node.brokerRole !== 'SLAVE' || node.isElected) return [];
  const holds = holdsFor(node.release, { since: '5.0.0' });
  if (holds === 'none') return [];
  return [
    finding(
      'HA_MASTER_ADDRESS',
      [
        holds === 'all' ? 'haMasterAddress is set on 5.x' : 'haMasterAddress is set, and no file says that the release is 4.x',
        '5.x drops the value before the HA client exists, and then does not ask for the address: the slave never connects',
        'Remove the line',
      ],
      [placeOf(node, 'haMasterAddress')],
      holds === 'all' ? 'error' : 'warning',
    ),
  ];
}

/** @param files names of the files next to the configuration, if a folder was given */
export function aclFindings(node: NodeView, files: readonly string[]): Finding[] {
  if (node.role !== 'broker' || !node.is('aclEnable')) return [];
  const at = [placeOf(node, 'aclEnable')];
  const gone = holdsFor(node.release, { since: ACL_UNTIL });
  if (gone !== 'none' && !node.is('authenticationEnabled')) {
    const why = `from ${ACL_UNTIL} on no release reads it: every client may do everything`;
    const what =
      gone === 'all' ? `RocketMQ ${node.version} has no aclEnable any more` : 'aclEnable, and no file says which release this is for';
    const next = 'Write authenticationEnabled=true and authorizationEnabled=true with their providers (ACL 2.0)';
    return [finding('ACL_DROPPED', [what, why, next], at, gone === 'all' ? 'error' : 'info')];
  }
  // Only a complete conf folder, with the other files of a release in it, shows what is missing.
  const isWhole = files.some((name) => /^(tools\.yml|logback_broker\.xml|rmq\.broker\.logback\.xml)$/.test(name));
  if (!isWhole || files.some((name) => /acl.*\.ya?ml$/i.test(name))) return [];
  const why = 'the broker reads accounts and rules from conf/plain_acl.yml of the release, and there is no such file';
  return [finding('ACL_FILE_MISSING', ['aclEnable=true without conf/plain_acl.yml', why, 'Create the file, or write aclEnable=false'], at)];
}
