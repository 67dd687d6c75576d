/** What `startup: fast` costs: sends to a broker of both modes. The client is the same, on the same two or more cores as the broker. */

export const sendsFamily = (release) => ({
  name: `sends-${release}`,
  section: 'sends',
  seconds: { once: 50, round: 48 },
  maxRounds: 2,
  releases: [release],
  sides: { fast: '`startup: fast`, the default', throughput: '`startup: throughput`' },
  rows: [
    {
      name: `sends-${release}`,
      title: `sends per second to one broker, ${release}`,
      unit: 'perSecond',
      of: 'fast.perSecond',
      base: 'throughput.perSecond',
      baseTitle: '`startup: throughput`',
      better: 'more',
      beside: [
        { text: 'CPU time of the broker for a message, `fast`', of: 'fast.cpuMs', unit: 'ms/message' },
        { text: 'the same, `throughput`', of: 'throughput.cpuMs', unit: 'ms/message' },
        { text: '`up single`, `fast`', of: 'fast.upMs', unit: 'ms' },
        { text: 'the same, `throughput`', of: 'throughput.upMs', unit: 'ms' },
        { text: 'memory (RSS) afterwards, `fast`', of: 'fast.rssBytes', unit: 'bytes' },
        { text: 'the same, `throughput`', of: 'throughput.rssBytes', unit: 'bytes' },
      ],
    },
  ],

  open: async (bench) => (await import('../measure/sends.mjs')).openSends(bench, release),
});
