import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { releaseTraits } from '../../rocketmq/releases.js';
import { DERIVED_OF_COMMIT_LOG } from '../../rocketmq/store-layout.js';
import { brokerClosed, storeFolder } from '../roles/clean-end.js';
import type { NodeSpec } from '../spec/node-spec.js';

/**
 * Before a peer of a DLedger group that did not close its store is started on a release that would cut the end of its consume queues: takes away
 * what RocketMQ then builds anew of the whole log. Otherwise messages that were acknowledged are in the log and given out by nobody, and a
 * peer that is elected so gives their offsets to others.
 * @returns whether it did
 */
export async function dropCutQueues(node: NodeSpec): Promise<boolean> {
  const store = storeFolder(node);
  const mustDrop = node.election === 'dledger' && releaseTraits(node.release.version).dledgerCutsQueues && !brokerClosed(node);
  if (!mustDrop || !existsSync(join(store, DERIVED_OF_COMMIT_LOG[0]))) return false;
  for (const name of DERIVED_OF_COMMIT_LOG) await rm(join(store, name), { recursive: true, force: true });
  return true;
}
