/** A 2m2s of one release, by rmqdev and by RocketMQ's own scripts: the same jars, JDK and ports, the same questions from outside. */

/**
 * @param {{ release: string, scripts: string, targets: { up: number, memory: number, down: number, delete: number, restart: number, idle: number }, seconds: object }} options
 */
export function clusterFamily({ release, scripts, targets, seconds }) {
  const row = (name, { title, ...about }) => ({ name: `${name}-${release}`, title: `${title}, ${release}`, ...about });
  return {
    name: `cluster-${release}`,
    section: 'cluster',
    seconds,
    releases: [release],
    sides: {
      rmqdev: `rmqdev, RocketMQ ${release}`,
      scripts: `\`mqnamesrv\` and \`mqbroker\` of ${scripts}${scripts === release ? '' : `, as those of ${release} are not published`}, with the jars of ${release}`,
    },
    rows: [
      row('up', {
        title: '`up 2m2s` until replicated and writable',
        unit: 'ms',
        of: 'rmqdev.writableMs',
        base: 'scripts.writableMs',
        target: { ratio: targets.up },
        beside: [
          { text: 'rmqdev: every broker registered with every NameServer', of: 'rmqdev.registeredMs', unit: 'ms' },
          { text: 'the scripts: the same', of: 'scripts.registeredMs', unit: 'ms' },
          { text: 'rmqdev: until the command returns', of: 'rmqdev.doneMs', unit: 'ms' },
          { text: 'rmqdev: the first start of a release, without class archives', of: 'first.writableMs', unit: 'ms' },
        ],
      }),
      row('memory', {
        title: 'memory of it (RSS of six JVMs)',
        unit: 'bytes',
        of: 'rmqdev.rssBytes',
        base: 'scripts.rssBytes',
        target: { ratio: targets.memory },
        beside: [
          { text: 'rmqdev: PSS, which counts a shared page once', of: 'rmqdev.pssBytes', unit: 'bytes' },
          { text: 'the scripts: PSS', of: 'scripts.pssBytes', unit: 'bytes' },
        ],
      }),
      row('down', {
        title: '`down`, every store closed cleanly',
        unit: 'ms',
        of: 'rmqdev.downMs',
        base: 'scripts.stopMs',
        target: { ratio: targets.down },
      }),
      row('delete', {
        title: '`down --delete`',
        unit: 'ms',
        of: 'rmqdev.deleteMs',
        base: 'scripts.stopMs',
        target: { ratio: targets.delete },
      }),
      row('restart', {
        title: '`restart broker-a` until in sync again',
        unit: 'ms',
        of: 'rmqdev.restartMs',
        base: 'rmqdev.writableMs',
        baseTitle: 'its own `up`',
        target: { ratio: targets.restart },
      }),
      row('idle', {
        title: 'idle CPU of the six JVMs, percent of a core',
        unit: 'percent',
        of: 'rmqdev.idlePercent',
        base: 'scripts.idlePercent',
        target: { ratio: targets.idle },
        beside: [{ text: 'the daemon meanwhile', of: 'rmqdev.daemonPercent', unit: 'percent' }],
      }),
      row('recover', {
        title: '`start all` after `kill -9` of every JVM and the daemon',
        unit: 'ms',
        of: 'rmqdev.recoverMs',
        base: 'rmqdev.writableMs',
        baseTitle: 'its own `up`',
        beside: [{ text: '`start all` on the stores that a clean `down` left', of: 'rmqdev.againMs', unit: 'ms' }],
      }),
    ],
    open: async (bench) => (await import('../measure/cluster.mjs')).openCluster(bench, { release, scripts }),
  };
}
