import { dirname } from 'node:path';
import type { Finding } from '../../base/finding.js';
import { finding } from './codes.js';
import type { RocketMqProcess } from './facts.js';

const WORDS: Readonly<Record<RocketMqProcess['role'], string>> = {
  namesrv: 'NameServer',
  broker: 'broker',
  controller: 'controller',
  proxy: 'proxy',
  container: 'broker container',
};
const TOLD = 8;

/** RocketMQ that somebody started by hand or by its scripts: rmqdev never touches it. */
export function judgeForeign(processes: readonly RocketMqProcess[]): Finding[] {
  const foreign = processes.filter(({ nodeFolder }) => nodeFolder === undefined);
  if (foreign.length === 0) return [];
  const told = foreign.slice(0, TOLD).map(({ pid, role, configFile, userHome }) => {
    const file = configFile === undefined ? 'without a -c file' : `-c ${configFile}`;
    return `${WORDS[role]}, pid ${pid}, ${file}, logs in ${userHome ?? '~'}/logs/rocketmqlogs`;
  });
  const more = foreign.length > TOLD ? [`and ${foreign.length - TOLD} more`] : [];
  return [
    finding('info', 'FOREIGN_ROCKETMQ', {
      what:
        foreign.length === 1
          ? 'RocketMQ runs that rmqdev did not start'
          : `${foreign.length} RocketMQ processes run that rmqdev did not start`,
      why: `${[...told, ...more].join('; ')}. rmqdev leaves them alone; they take ports and memory`,
      next: `Nothing must be done; to end one in an orderly way: \`kill ${foreign[0]?.pid}\``,
    }),
  ];
}

/** A home of rmqdev that nodes run in: does it exist, and does a daemon answer there? */
export type HomeState = { home: string; exists: boolean; hasDaemon: boolean };

/** `…/<home>/clusters/<cluster>/nodes/<id>`. */
export function homeOfNode(nodeFolder: string): string {
  return dirname(dirname(dirname(dirname(nodeFolder))));
}

/** Nodes that run while no daemon looks after them: crashes would go unnoticed. @param own this RMQDEV_HOME */
export function judgeOrphans(processes: readonly RocketMqProcess[], homes: readonly HomeState[], own: string): Finding[] {
  return homes
    .filter(({ hasDaemon }) => !hasDaemon)
    .flatMap(({ home, exists }) => {
      const orphans = processes.filter(({ nodeFolder }) => nodeFolder !== undefined && homeOfNode(nodeFolder) === home);
      if (orphans.length === 0) return [];
      const pids = orphans.map(({ pid }) => pid).join(' ');
      const run = orphans.length === 1 ? 'one node runs' : `${orphans.length} nodes run`;
      const command = home === own ? 'rmqdev status' : `RMQDEV_HOME=${home} rmqdev status`;
      return [
        finding('warning', 'NODES_WITHOUT_DAEMON', {
          what: exists ? `${run} in ${home}, and no daemon looks after them` : `${run} though their folder is gone: ${home}`,
          why: exists ? `pids ${pids}: they serve, but a crash would go unnoticed` : `pids ${pids}: no daemon can take them over`,
          next: exists ? `\`${command}\` starts a daemon that takes them over; \`rmqdev down\` ends them` : `End them: \`kill ${pids}\``,
        }),
      ];
    });
}
