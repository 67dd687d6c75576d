/** What a cluster is changed to, one `up` after the other. */

const HEAP = '300m';
const PROPERTY = 'broker.properties.maxMessageSize=2097152';

/** Masters that are there at the end. */
export const MASTERS_AT_THE_END = ['broker-a', 'broker-b', 'broker-c'];

/**
 * @param {string[]} releases oldest first
 * @param {(id: string) => number} port of a node
 * @returns {{ what: string, ahead?: string[], request: { rocketmq: string, heap?: string[], set?: string[] } }[]} `ahead`: nodes that are
 * on the last release already
 */
export function steps(releases, port) {
  const pair = [
    `nodes.broker-c={ role: broker, listenPort: ${port('broker-c')} }`,
    `nodes.broker-c-s={ role: broker, brokerName: broker-c, brokerId: 1, listenPort: ${port('broker-c-s')} }`,
  ];
  const last = releases.at(-1);
  const before = releases.at(-2);
  const ahead = ['broker-a', 'broker-a-s'];
  const changed = { rocketmq: last, heap: [`broker=${HEAP}`], set: [PROPERTY] };
  return [
    ...releases.slice(1, -1).map((rocketmq, i) => ({ what: `${releases[i]} → ${rocketmq}`, request: { rocketmq } })),
    {
      what: `${ahead.join(' and ')} on ${last}, the rest on ${before}`,
      ahead,
      request: { rocketmq: before, set: ahead.map((id) => `${id}.rocketmq=${last}`) },
    },
    { what: `${before} → ${last}`, request: { rocketmq: last } },
    { what: `heap ${HEAP}`, request: { rocketmq: last, heap: changed.heap } },
    { what: 'another maxMessageSize', request: changed },
    { what: 'a pair more', request: { ...changed, set: [PROPERTY, ...pair] } },
    { what: 'that pair less', request: changed },
    { what: 'that pair again, with its data', request: { ...changed, set: [PROPERTY, ...pair] } },
  ];
}
