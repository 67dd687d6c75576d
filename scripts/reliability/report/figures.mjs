/** Reads figures out of whatever a part has written: unknown fields are shown, missing ones are none. */

/** Told apart from the figures. */
const ABOUT = ['commit', 'seed', 'machine', 'on', 'what', 'rocketmq', 'java', 'cores', 'node', 'cpus'];

/** @returns the runs of a file: the file itself, or one for each name in it. */
export function runsOf(content) {
  if (Array.isArray(content)) return content.map((run, index) => ({ name: `run ${index + 1}`, run }));
  const values = Object.values(content);
  const isNamed = values.length > 0 && values.every(isObject) && Object.keys(content).every((name) => /\d/.test(name));
  return isNamed ? Object.entries(content).map(([name, run]) => ({ name, run })) : [{ name: null, run: content }];
}

/** @returns `[path, value]` of each figure; of a list its length, as most lists are of what went wrong. */
export function figuresOf(run, prefix = '') {
  return Object.entries(run).flatMap(([name, value]) => {
    const path = `${prefix}${name}`;
    if (prefix === '' && ABOUT.includes(name)) return [];
    if (Array.isArray(value)) return [[path, value.length]];
    if (isObject(value)) return figuresOf(value, `${path}.`);
    return value === null ? [] : [[path, value]];
  });
}

/** @returns one sentence on where and how the figures came out. */
export function aboutRun(run) {
  const { machine, cores, commit, seed, on, rocketmq, java } = run;
  const where = isObject(machine) ? Object.values(machine).join(', ') : (machine ?? (cores === undefined ? 'not noted' : `${cores} cores`));
  return [
    `Machine: ${where}`,
    ...(rocketmq === undefined ? (on === undefined ? [] : [`on ${on}`]) : [`RocketMQ ${rocketmq}`]),
    ...(java === undefined ? [] : [`JDK ${isObject(java) ? Object.values(java).join(' ') : java}`]),
    `seed ${seed ?? 'not noted'}`,
    `commit ${commit ?? 'not noted'}`,
  ].join('; ');
}

/** @returns the target of a figure, null where it has none. */
export function targetOf(path, { zero, atLeast }) {
  if (path in atLeast) return { text: `≥ ${number(atLeast[path])}`, isMet: (value) => value >= atLeast[path] };
  const isZero = zero.some((each) => (each.endsWith('.*') ? path.startsWith(each.slice(0, -1)) : path === each));
  return isZero ? { text: '0', isMet: (value) => value === 0 } : null;
}

export function number(value) {
  return typeof value === 'number' ? value.toLocaleString('en-US', { maximumFractionDigits: 2 }) : String(value);
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
