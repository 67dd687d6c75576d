/** What somebody waits for who has just cloned the repository, as README's quick start says it; npm's cache and Maven's repository are warm. */

export const RELEASE = '4.9.7';

export const cloneFamily = {
  name: 'clone',
  section: 'command',
  seconds: { once: 0, round: 38 },
  releases: [RELEASE],
  sides: { rmqdev: `\`git clone\`, \`npm ci\`, \`npx rmqdev up 2m2s --rocketmq ${RELEASE}\`, with a new RMQDEV_HOME` },
  rows: [
    {
      name: 'clone',
      title: 'clone → first `up` ready, npm and Maven warm',
      unit: 'ms',
      of: 'rmqdev.totalMs',
      // Half of what it was on the machine that the issue was written on.
      target: { atMost: 18_000 },
      beside: [
        { text: '`git clone`', of: 'rmqdev.cloneMs', unit: 'ms' },
        { text: '`npm ci`, which builds', of: 'rmqdev.ciMs', unit: 'ms' },
        { text: '`npx rmqdev up` until it has a plan: npx, the release from Maven', of: 'rmqdev.planMs', unit: 'ms' },
        { text: 'from the plan until replicated and writable', of: 'rmqdev.upMs', unit: 'ms' },
      ],
    },
  ],

  open: async (bench) => (await import('../measure/clone.mjs')).openClone(bench),
};
