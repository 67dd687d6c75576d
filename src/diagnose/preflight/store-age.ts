import type { Finding } from '../../base/finding.js';
import { grouped } from '../../base/grouped.js';
import { compareVersions } from '../../rocketmq/releases.js';
import { STORE_MARKS } from '../../rocketmq/store-layout.js';
import { finding, placeOf } from './codes.js';
import type { StoreFacts } from './facts.js';
import type { PreflightNode } from './plan.js';

/** A node and its store. */
export type StoreOfNode = { node: PreflightNode; store: StoreFacts };

/**
 * Releases are made to go forward; nobody tests going back. Reported once, when an older release gets a store,
 * in one note for all nodes concerned.
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
        why: 'it reads the messages, but not the data that only the newer release knows (timer messages, RocksDB tables)',
        next: `To start with empty stores: \`rmqdev reset ${ids.join(' ')} -c ${cluster}\``,
      },
      group.map(({ store }) => placeOf(store.path)),
    );
  });
}

/** @returns the release that wrote the store, if it is newer than the one to run now; undefined also if the older one ran here before. */
function newerWriter({ node, store }: StoreOfNode): string | undefined {
  if (node.role !== 'broker' || node.change === 'none' || store.entries.length === 0 || node.releaseBefore === node.release)
    return undefined;
  if (node.releaseBefore !== undefined && compareVersions(node.releaseBefore, node.release) > 0) return `RocketMQ ${node.releaseBefore}`;
  const mark = STORE_MARKS.findLast(({ entry, since }) => store.entries.includes(entry) && compareVersions(node.release, since) < 0);
  return mark && `RocketMQ ${mark.since} or newer`;
}
