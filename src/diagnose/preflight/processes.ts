import { dirname } from 'node:path';
import type { Finding } from '../../base/finding.js';
import { shorten } from '../port-holder.js';
import { finding } from './codes.js';
import type { RocketMqProcess } from './facts.js';

const WORDS: Readonly<Record<RocketMqProcess['role'], string>> = {
  namesrv: 'a NameServer',
  broker: 'a broker',
  controller: 'a controller',
  proxy: 'a proxy',
  container: 'a broker container',
};

/** RocketMQ that somebody started by hand or by its scripts: rmqdev never touches it. */
export function judgeForeign(processes: readonly RocketMqProcess[]): Finding[] {
  return processes
    .filter(({ nodeFolder }) => nodeFolder === undefined)
    .map(({ pid, role, command, configFile, userHome }) => {
      const from = [configFile ? `-c ${configFile}` : 'no -c file', ...(userHome ? [`user.home ${userHome}`] : [])].join(', ');
      return finding('info', 'FOREIGN_ROCKETMQ', {
        what: `${WORDS[role]} runs that rmqdev did not start: pid ${pid} (${from})`,
        why: `rmqdev leaves it alone; it takes ports and memory, and writes its logs to ${userHome ?? '~'}/logs/rocketmqlogs (${shorten(command)})`,
        next: `Nothing must be done; \`kill ${pid}\` ends it in an orderly way`,
      });
    });
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
