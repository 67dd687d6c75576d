import { isMaster, type NodeSpec } from '../cluster/spec/node-spec.js';
import { addressOf } from '../cluster/spec/placement.js';
import type { Profile } from '../profile/profile.js';
import { toolJvmFlags } from '../rocketmq/jvm-flags.js';
import { releaseTraits } from '../rocketmq/releases.js';
import { notExportable } from './exported.js';

/** @returns the arguments of mqadmin that make the topics and groups of the profile, one list each. @throws RmqdevError NOT_EXPORTABLE */
export function topicCommands({ topics, groups }: Profile, nodes: readonly NodeSpec[]): string[][] {
  const [node] = nodes;
  if (node === undefined) return [];
  const namesrv = ['-n', node.namesrvAddrs.join(';')];
  const cluster = ['-c', node.brokerClusterName];
  return [
    ...topics.flatMap(({ name, queues, brokers }) => {
      const settings = ['-t', name, '-r', String(queues), '-w', String(queues)];
      const targets = brokers === undefined ? [cluster] : brokers.map((brokerName) => ['-b', masterAddress(name, brokerName, nodes)]);
      return targets.map((target) => ['updateTopic', ...namesrv, ...target, ...settings]);
    }),
    ...groups.map(({ name }) => ['updateSubGroup', ...namesrv, ...cluster, '-g', name]),
  ];
}

function masterAddress(topic: string, brokerName: string, nodes: readonly NodeSpec[]): string {
  const master = nodes.find((node) => node.brokerName === brokerName && isMaster(node));
  if (master) return addressOf(master, 'host');
  throw notExportable(
    `the topic ${topic}, which is for ${brokerName} only`,
    `${brokerName} elects its master, and mqadmin needs the address of one for a topic that is not on all brokers`,
    'Omit brokers: in the topic, so that all brokers get it; or make it later with mqadmin',
  );
}

/** rmqdev makes topics on slaves too, which mqadmin does not do for a cluster. */
export const SLOW_TOPICS = 'A slave learns a new topic from its master, which takes up to a minute.';

/** What mqadmin prints for a topic or group that it made; its exit status is 0 in any case. Source: tools/.../UpdateTopicSubCommand.java, UpdateSubGroupSubCommand.java. */
export const SAID_MADE = 'success';

/** @returns a bash script that runs each of `commands` until it has succeeded. `mqadmin` is the command without the arguments. */
export function topicScript(head: string, mqadmin: string, commands: readonly string[][]): string {
  return `#!/bin/bash
${head}# Topics and groups of the profile. mqadmin ends with 0 also when it failed, so its words count; it tries again while brokers start.
make() {
  local tries
  for tries in {1..60}; do
    out=$(${mqadmin} "$@" 2>&1)
    case "$out" in *${SAID_MADE}*) echo "$out"; return 0 ;; esac
    sleep 3
  done
  echo "$out" >&2
  exit 1
}
${commands.map((words) => `make ${words.map(shellWord).join(' ')}\n`).join('')}`;
}

/** @returns java and its arguments for mqadmin, without those of mqadmin itself; `home` is the release. */
export function mqadminJava(home: string, version: string): string[] {
  const traits = releaseTraits(version);
  return [
    'java',
    ...toolJvmFlags(8),
    '-Duser.home=/tmp',
    `-Drocketmq.home.dir=${home}`,
    ...(traits.logbackProperty ? [`-Drmq.logback.configurationFile=${home}/conf/${traits.logbackFileName('tools')}`] : []),
    '-cp',
    `${home}/conf:${home}/lib/*`,
    'org.apache.rocketmq.tools.command.MQAdminStartup',
  ];
}

/** @returns `word` as a POSIX shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
