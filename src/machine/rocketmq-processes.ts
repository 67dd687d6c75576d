import type { RocketMqProcess } from '../diagnose/preflight/facts.js';
import type { ProcessRow } from '../process/platform.js';

/** The main class of each role. Source: distribution/bin. */
const MAIN_CLASSES: readonly { role: RocketMqProcess['role']; name: string }[] = [
  { role: 'namesrv', name: 'org.apache.rocketmq.namesrv.NamesrvStartup' },
  { role: 'broker', name: 'org.apache.rocketmq.broker.BrokerStartup' },
  { role: 'controller', name: 'org.apache.rocketmq.controller.ControllerStartup' },
  { role: 'proxy', name: 'org.apache.rocketmq.proxy.ProxyStartup' },
  { role: 'container', name: 'org.apache.rocketmq.container.BrokerContainerStartup' },
];
const NODE_MARKER = '-Drmqdev.node=';
const USER_HOME = '-Duser.home=';

/** @returns the RocketMQ JVMs among `rows`, without the scripts above a JVM, which name its class too. A process with rmqdev's marker is a node. */
export function rocketMqProcesses(rows: readonly ProcessRow[]): RocketMqProcess[] {
  return rows.flatMap(({ pid, command, args }): RocketMqProcess[] => {
    // If only the text is known (macOS), a path with spaces is cut.
    const words = args ?? command.split(/\s+/);
    const main = MAIN_CLASSES.find(({ name }) => words.includes(name));
    if (!main) return [];
    const after = (option: string) => words.find((word) => word.startsWith(option))?.slice(option.length);
    const nodeFolder = after(NODE_MARKER);
    if (nodeFolder === undefined && !/(^|\/)java$/.test(words[0] ?? '')) return [];
    const own = words.slice(words.indexOf(main.name));
    const at = own.findIndex((word) => ['-c', '--configFile', '-pc'].includes(word));
    const configFile = at === -1 ? undefined : own[at + 1];
    return [{ pid, role: main.role, command, configFile, userHome: after(USER_HOME), nodeFolder }];
  });
}
