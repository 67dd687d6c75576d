/** The daemon's memory while a cluster runs and somebody follows its logs: it must stay as it was. */

export const RELEASE = '4.9.7';
/** What brokers would log under load, on top of their own records. */
export const RECORDS_PER_SECOND = 200;

export const followedFamily = {
  name: 'followed',
  section: 'supervisor',
  seconds: { once: 15, round: 0, follow: 1 },
  maxRounds: 1,
  releases: [RELEASE],
  sides: { daemon: `the daemon with a 2m2s of ${RELEASE}, while \`logs -f\` shows ${RECORDS_PER_SECOND} records a second` },
  rows: [
    {
      name: 'daemon-followed',
      title: 'the daemon: memory after followed logs ÷ before',
      unit: 'bytes',
      of: 'daemon.lastBytes',
      base: 'daemon.firstBytes',
      baseTitle: 'at the beginning',
      target: { ratio: 1.05 },
      beside: [
        { text: 'how long', of: 'daemon.forMs', unit: 'ms' },
        { text: 'the most that the daemon had', of: 'daemon.mostBytes', unit: 'bytes' },
        { text: '`logs -f` itself at the end', of: 'daemon.followerBytes', unit: 'bytes' },
      ],
    },
  ],

  open: async (bench) => (await import('../measure/followed.mjs')).openFollowed(bench),
};
