/** `rmqdev status` as a process, against the empty program of the same Node.js. */

export const RELEASE = '4.9.7';
const OWN = Number(process.versions.node.split('.')[0]);
export const SIDES = { own: { major: OWN }, node22: { major: 22 }, node24: { major: 24 } };

export const statusFamily = {
  name: 'status',
  section: 'command',
  seconds: { once: 30, round: 15 },
  releases: [RELEASE],
  sides: { own: `Node.js ${OWN}, which ran the bench`, node22: 'Node.js 22', node24: 'Node.js 24' },
  rows: [
    row('status', 'own', OWN, OWN === 20 ? { ratio: 1.7 } : { moreThanBase: 110 }),
    row('status-node22', 'node22', 22, { moreThanBase: 110 }),
    row('status-node24', 'node24', 24, { moreThanBase: 110 }),
  ].filter(({ name }, index) => index === 0 || name !== `status-node${OWN}`),

  open: async (bench) => (await import('../measure/status.mjs')).openStatus(bench),
};

function row(name, side, major, target) {
  return {
    name,
    title: `\`status\` on Node.js ${major}, as a process`,
    unit: 'ms',
    of: `${side}.statusMs`,
    base: `${side}.emptyMs`,
    baseTitle: '`node -e 0`',
    target,
  };
}
