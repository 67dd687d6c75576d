import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { releaseTraits } from '../../rocketmq/releases.js';
import { DERIVED_OF_COMMIT_LOG } from '../../rocketmq/store-layout.js';
import { brokerClosed, storeFolder } from '../roles/clean-end.js';
import type { NodeSpec } from '../spec/node-spec.js';

/**
 * For a peer of a DLedger group that did not close its store, before it starts on a release that would cut the end of its consume queues:
 * removes what RocketMQ then builds again from the whole log. Otherwise acknowledged messages are in the log but no consumer gets them, and
 * such a peer, once elected, gives their offsets to other messages.
 * @returns whether it did
 */
export async function dropCutQueues(node: NodeSpec): Promise<boolean> {
  const store = storeFolder(node);
  const mustDrop = node.election === 'dledger' && releaseTraits(node.release.version).dledgerCutsQueues && !brokerClosed(node);
  if (!mustDrop || !existsSync(join(store, DERIVED_OF_COMMIT_LOG[0]))) return false;
  for (const name of DERIVED_OF_COMMIT_LOG) await rm(join(store, name), { recursive: true, force: true });
  return true;
}
