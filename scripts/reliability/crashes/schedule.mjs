/** What is crashed next: drawn from a seed, so that a run can be repeated. */

export const MASTERS = ['broker-a', 'broker-b'];
export const NAMESRVS = ['namesrv-1', 'namesrv-2'];
export const NODES = [...NAMESRVS, ...MASTERS, ...MASTERS.map(slaveOf)];

/** How often each kind of end is drawn for a single node. SIGTERM is an orderly stop by somebody else: the node stays down until `start`. */
const KINDS = { SIGKILL: 60, SIGSEGV: 18, SIGABRT: 16, SIGTERM: 6 };

/** How often each shape of a step is drawn. */
const SHAPES = {
  one: 80,
  /** A master and a NameServer at once. */
  masterAndNamesrv: 7,
  /** Both copies of a pair at once: what the kernel holds for them survives, so nothing may be lost either. */
  pair: 5,
  /** The same node again as soon as its next process shows. */
  again: 8,
};

export function slaveOf(master) {
  return `${master}-s`;
}

/** @returns a function that gives the next number of the sequence of `seed`, in [0, 1). Source: mulberry32. */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * @param {() => number} random
 * @param {number} left crashes that may still be drawn
 * @returns {{ shape: keyof typeof SHAPES, crashes: { node: string, kind: keyof typeof KINDS }[] }} one or two crashes
 */
export function nextStep(random, left) {
  const shape = left === 1 ? 'one' : weighted(random, SHAPES);
  const kind = () => weighted(random, KINDS);
  const master = pick(random, MASTERS);
  const crashed = {
    one: () => [{ node: pick(random, NODES), kind: kind() }],
    masterAndNamesrv: () => [
      { node: master, kind: 'SIGKILL' },
      { node: pick(random, NAMESRVS), kind: 'SIGKILL' },
    ],
    pair: () => [
      { node: master, kind: 'SIGKILL' },
      { node: slaveOf(master), kind: 'SIGKILL' },
    ],
    again: () => {
      const node = pick(random, NODES);
      return [
        { node, kind: 'SIGKILL' },
        { node, kind: 'SIGKILL' },
      ];
    },
  };
  return { shape, crashes: crashed[shape]() };
}

export function pick(random, list) {
  return list[Math.floor(random() * list.length)];
}

function weighted(random, weights) {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  let at = random() * total;
  for (const [name, weight] of Object.entries(weights)) {
    at -= weight;
    if (at < 0) return name;
  }
  throw new Error('weights are empty');
}
