/** What a cluster is changed to, one `up` after the other. */

const HEAP = '300m';
const PROPERTY = 'broker.properties.maxMessageSize=2097152';
const PAIR = ['nodes.broker-c.role=broker', 'nodes.broker-c-s={ role: broker, brokerName: broker-c, brokerId: 1 }'];

/**
 * @param {string[]} releases oldest first
 * @returns {{ what: string, request: { rocketmq: string, heap?: string[], set?: string[] } }[]}
 */
export function steps(releases) {
  const last = releases.at(-1);
  const changed = { rocketmq: last, heap: [`broker=${HEAP}`], set: [PROPERTY] };
  return [
    ...releases.slice(1).map((rocketmq, i) => ({ what: `${releases[i]} → ${rocketmq}`, request: { rocketmq } })),
    { what: `heap ${HEAP}`, request: { rocketmq: last, heap: changed.heap } },
    { what: 'another maxMessageSize', request: changed },
    { what: 'a pair more', request: { ...changed, set: [PROPERTY, ...PAIR] } },
    { what: 'that pair less', request: changed },
  ];
}
