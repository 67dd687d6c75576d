/** The daemon as a supervisor: against PM2 and supervisord, which keep six processes that sleep. */

export const RELEASE = '4.9.7';
export const PROCESSES = 6;

const compared = (figure, unit) =>
  [
    ['PM2', 'pm2'],
    ['supervisord', 'supervisord'],
  ].map(([text, side]) => ({ text, of: `${side}.${figure}`, unit }));

export const supervisorsFamily = {
  name: 'supervisors',
  section: 'supervisor',
  seconds: { once: 35, round: 75, idle: 1 },
  releases: [RELEASE],
  sides: {
    rmqdev: `rmqdev with a 2m2s of ${RELEASE}: two NameServers and four brokers`,
    pm2: `PM2 with ${PROCESSES} processes that sleep`,
    supervisord: `supervisord with ${PROCESSES} processes that sleep`,
  },
  rows: [
    {
      name: 'kill',
      title: '`kill -9` of a broker → its next process, child of the daemon',
      unit: 'ms',
      of: 'rmqdev.childMs',
      target: { atMost: 15 },
      beside: [
        { text: 'of it, until the kernel has taken the killed JVM apart', of: 'rmqdev.childGoneMs', unit: 'ms' },
        ...compared('childMs', 'ms'),
      ],
      tolerance: 1,
    },
    {
      name: 'kill-adopted',
      title: 'the same, of a process that an earlier daemon started',
      unit: 'ms',
      of: 'rmqdev.adoptedMs',
      target: { atMost: 150 },
      beside: [{ text: 'of it, until the kernel has taken the killed JVM apart', of: 'rmqdev.adoptedGoneMs', unit: 'ms' }],
      tolerance: 1,
    },
    {
      name: 'daemon-cpu',
      title: 'the daemon: idle CPU, percent of a core',
      unit: 'percent',
      of: 'rmqdev.idlePercent',
      target: { atMost: 0.5 },
      beside: compared('idlePercent', 'percent'),
    },
    {
      name: 'daemon-memory',
      title: 'the daemon: memory (RSS)',
      unit: 'bytes',
      of: 'rmqdev.rssBytes',
      target: { atMost: 80e6 },
      beside: compared('rssBytes', 'bytes'),
    },
  ],

  open: async (bench) => (await import('../measure/supervisors.mjs')).openSupervisors(bench),
};
