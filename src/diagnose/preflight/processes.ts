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
const TOLD = 4;

/** RocketMQ processes that were started by hand or by its scripts: rmqdev never touches them. */
export function judgeForeign(processes: readonly RocketMqProcess[]): Finding[] {
  const foreign = processes.filter(({ nodeFolder }) => nodeFolder === undefined);
  const [first] = foreign;
  if (!first) return [];
  const told = foreign
    .slice(0, TOLD)
    .map(({ pid, role, configFile }) => `pid ${pid} (${WORDS[role]}${configFile ? `, -c ${configFile}` : ''})`);
  const more = foreign.length > TOLD ? [`${foreign.length - TOLD} more`] : [];
  const logs = foreign.length === 1 ? `; its logs are in ${first.userHome ?? '~'}/logs/rocketmqlogs` : '';
  return [
    finding('info', 'FOREIGN_ROCKETMQ', {
      what:
        foreign.length === 1
          ? 'a RocketMQ process runs that rmqdev did not start'
          : `${foreign.length} RocketMQ processes run that rmqdev did not start`,
      why: `${[...told, ...more].join(', ')}${logs}. rmqdev leaves ${foreign.length === 1 ? 'it' : 'them'} alone, and \`up\` goes round the ports`,
      next: `You need not do anything; \`kill ${first.pid}\` ends ${foreign.length === 1 ? 'it' : 'the first'} in an orderly way`,
    }),
  ];
}

/** A home of rmqdev with running nodes: does it exist, and does a daemon answer there? */
export type HomeState = { home: string; exists: boolean; hasDaemon: boolean };

/** `…/<home>/clusters/<cluster>/nodes/<id>`. */
export function homeOfNode(nodeFolder: string): string {
  return dirname(dirname(dirname(dirname(nodeFolder))));
}

/** Nodes that run without a daemon: nobody would notice a crash. @param own this RMQDEV_HOME */
export function judgeOrphans(processes: readonly RocketMqProcess[], homes: readonly HomeState[], own: string): Finding[] {
  return homes
    .filter(({ hasDaemon }) => !hasDaemon)
    .flatMap(({ home, exists }) => {
      const orphans = processes.filter(({ nodeFolder }) => nodeFolder !== undefined && homeOfNode(nodeFolder) === home);
      if (orphans.length === 0) return [];
      const pids = orphans.map(({ pid }) => pid).join(' ');
      const run = orphans.length === 1 ? 'one node runs' : `${orphans.length} nodes run`;
      const rmqdev = home === own ? 'rmqdev' : `RMQDEV_HOME=${home} rmqdev`;
      return [
        finding('warning', 'NODES_WITHOUT_DAEMON', {
          what: exists ? `${run} in ${home}, but no daemon supervises them` : `${run}, but their folder is gone: ${home}`,
          why: exists ? `pids ${pids}: they work, but nobody would notice a crash` : `pids ${pids}: no daemon can take them over`,
          next: exists
            ? `\`${rmqdev} status\` starts a daemon that takes them over; \`${rmqdev} down\` ends them`
            : `End them: \`kill ${pids}\``,
        }),
      ];
    });
}
