import type { Finding } from '../../base/finding.js';
import { grouped } from '../../base/grouped.js';
import { compareVersions } from '../../rocketmq/releases.js';
import { STORE_MARKS } from '../../rocketmq/store-layout.js';
import { finding, placeOf } from './codes.js';
import type { StoreFacts } from './facts.js';
import type { PreflightNode } from './plan.js';

/** A node with the store that it finds. */
export type StoreOfNode = { node: PreflightNode; store: StoreFacts };

/**
 * Going forward is what releases are made for; going back is not tried by anybody. Told once, when a store comes to an older release,
 * and once for all nodes that this concerns.
 */
export function judgeAges(stores: readonly StoreOfNode[], cluster: string): Finding[] {
  const back = stores.flatMap((each) => {
    const writer = newerWriter(each);
    return writer === undefined ? [] : [{ ...each, writer }];
  });
  const groups = grouped(back, ({ node, writer }) => `${writer} ${node.release}`);
  return [...groups.values()].map((group) => {
    const [{ node, writer }] = group as [(typeof back)[number]];
    const ids = group.map((each) => each.node.id);
    const stored = ids.length === 1 ? `the store of ${ids[0]}` : `the stores of ${ids.join(', ')}`;
    return finding(
      'warning',
      'STORE_NEWER',
      {
        what: `${writer} wrote ${stored}, and RocketMQ ${node.release} will run on ${ids.length === 1 ? 'it' : 'them'}`,
        why: 'it reads the messages, but not what only the newer release knows (timer messages, RocksDB tables)',
        next: `To begin with empty stores: \`rmqdev reset ${ids.join(' ')} -c ${cluster}\``,
      },
      group.map(({ store }) => placeOf(store.path)),
    );
  });
}

/** @returns who wrote the store, if that is a newer release than the one that comes now; undefined also if that one was here before. */
function newerWriter({ node, store }: StoreOfNode): string | undefined {
  if (node.role !== 'broker' || node.change === 'none' || store.entries.length === 0 || node.releaseBefore === node.release)
    return undefined;
  if (node.releaseBefore !== undefined && compareVersions(node.releaseBefore, node.release) > 0) return `RocketMQ ${node.releaseBefore}`;
  const mark = STORE_MARKS.findLast(({ entry, since }) => store.entries.includes(entry) && compareVersions(node.release, since) < 0);
  return mark && `RocketMQ ${mark.since} or newer`;
}
