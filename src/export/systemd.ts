import { roleTitle } from '../cluster/roles/config-file.js';
import { ASK_SCRIPT, aliveQuestion, readyQuestion } from './ask.js';
import { type Exported, type ExportedFile, type Head, notExportable, renderHead } from './exported.js';
import { restartOf } from './restart.js';
import { loopbackNote, pathOn, type Server, type ServerRequest, servers, titleOf, topicsOn } from './server.js';
import { clientNamesrvAddr, startsAfter, type TargetNode } from './target.js';
import { mqadminJava, shellWord, topicScript } from './topics.js';

export type SystemdRequest = ServerRequest & { home: string | undefined };

/** Each broker keeps hundreds of files mapped, and a socket for each client. */
const OPEN_FILES = 655_350;
const USER = 'rocketmq';

/** @returns the units of each machine, and what belongs into /etc/rocketmq. @throws RmqdevError NOT_EXPORTABLE */
export function exportSystemd(request: SystemdRequest): Exported {
  const { profile } = request;
  const home = (version: string) => request.home ?? `/opt/rocketmq-${version}`;
  if (request.home !== undefined && !request.home.startsWith('/'))
    throw notExportable(`--home ${request.home}`, 'it must be an absolute path', 'Write --home /opt/rocketmq');
  const releaseHome = ({ id, rocketmq }: { id: string; rocketmq: string | undefined }) => {
    const wish = rocketmq ?? profile.rocketmq;
    return request.home === undefined && wish?.startsWith('/') && !wish.endsWith('.zip') ? wish : home(request.versions.get(id) as string);
  };
  const exports = servers(request, releaseHome).map((server) => machine(server, request));
  const [first] = exports;
  if (first === undefined) throw notExportable(`profile ${profile.name}`, 'it has no nodes', 'Choose another profile');
  return { files: exports.flatMap(({ files }) => files), head: first.head };
}

function machine(server: Server, { profile }: SystemdRequest): Exported {
  const { nodes, host } = server;
  const target = `rocketmq-${profile.name}.target`;
  const etc = `/etc/rocketmq/${profile.name}`;
  const commands = topicsOn(server, profile);
  const homes = [...new Set(nodes.map(({ release }) => release.home))];
  const head: Head = {
    start: `${host === undefined ? '' : `on host ${host}: `}sudo useradd --system ${USER}; sudo install -D -m 0640 -g ${USER} -t ${etc} conf/*; sudo install -m 0644 -t /etc/systemd/system *.service *.target; sudo systemctl daemon-reload; sudo systemctl enable --now ${target}`,
    look: `systemctl list-dependencies ${target}; journalctl -f -u 'rocketmq-${profile.name}-*'; tail -F ${server.data}/*/logs/rocketmqlogs/*.log; namesrvAddr is ${clientNamesrvAddr(server.all)}`,
    differs: [
      ...loopbackNote(server),
      ...new Set(nodes.map((node) => restartOf(node.profile.restart).systemd.differs)),
      `RocketMQ is in ${homes.join(' and ')}, and ${[...new Set(nodes.map(javaOf))].join(' and ')} is the JDK${wantedJdk(nodes)}.`,
      'A node that hangs is not restarted. Crash reports, `kill`, `explain` and the other commands of rmqdev end here.',
    ],
  };
  const asks = !profile.acl && !profile.tls;
  const files: ExportedFile[] = [
    { path: pathOn(server, target), text: targetUnit(head, nodes, commands.length > 0) },
    ...nodes.map((node) => ({ path: pathOn(server, unitOf(node)), text: serviceUnit(node, nodes, { target, etc, asks }) })),
    ...nodes.map((node) => ({
      path: pathOn(server, `conf/${fileOf(node)}`),
      text: node.role === 'proxy' ? node.configText : `${titleOf(node)}\n\n${node.configText}`,
      isSecret: node.account !== null,
    })),
  ];
  if (asks) files.push({ path: pathOn(server, 'conf/ask.sh'), text: ASK_SCRIPT, isExecutable: true });
  if (commands.length > 0) {
    const { home, version } = (nodes[0] as TargetNode).release;
    const text = topicScript('', mqadminJava(home, version).map(shellWord).join(' '), commands);
    files.push({ path: pathOn(server, 'conf/topics.sh'), text, isExecutable: true });
    files.push({ path: pathOn(server, topicsUnitOf(profile.name)), text: topicsUnit(nodes, { target, etc }) });
  }
  return { files, head };
}

const unitOf = ({ cluster, id }: TargetNode) => `rocketmq-${cluster}-${id}.service`;
const topicsUnitOf = (cluster: string) => `rocketmq-${cluster}-topics.service`;
const fileOf = ({ id, role }: TargetNode) => `${id}.${role === 'proxy' ? 'json' : 'conf'}`;

/** A major version cannot be found from here. */
const javaOf = ({ profile: { java } }: TargetNode) => (java?.startsWith('/') ? `${java}/bin/java` : '/usr/bin/java');

function wantedJdk(nodes: readonly TargetNode[]): string {
  const majors = [...new Set(nodes.flatMap(({ profile: { java } }) => (java === undefined || java.startsWith('/') ? [] : [java])))];
  return majors.length === 0 ? '' : ` (the profile wants JDK ${majors.join(' and ')}: only you can see to that)`;
}

function targetUnit(head: Head, nodes: readonly TargetNode[], withTopics: boolean): string {
  const { cluster } = nodes[0] as TargetNode;
  const units = [...nodes.map(unitOf), ...(withTopics ? [topicsUnitOf(cluster)] : [])];
  return `${renderHead(head)}
[Unit]
Description=RocketMQ cluster ${cluster}
Wants=${units.join(' ')}

[Install]
WantedBy=multi-user.target
`;
}

type UnitPlace = { target: string; etc: string; asks: boolean };

function serviceUnit(node: TargetNode, nodes: readonly TargetNode[], { target, etc, asks }: UnitPlace): string {
  const { paths, profile } = node;
  const after = startsAfter(node, nodes).map(unitOf);
  const question = isElected(node) ? aliveQuestion(node) : readyQuestion(node);
  const env = Object.entries({ ROCKETMQ_HOME: node.release.home, ...node.env, JDK_JAVA_OPTIONS: node.laterJvmFlags.join(' ') });
  const java = [javaOf(node), ...node.jvmFlags, '-cp', `${node.release.home}/conf:${node.release.home}/lib/*`, node.mainClass];
  const asRoot = ['install', '-d', '-o', USER, '-g', USER];
  const folders = [paths.root, `${paths.root}/run`, paths.store, `${paths.root}/logs`, paths.tmp];
  return `[Unit]
Description=RocketMQ ${node.cluster}: ${node.id}, ${roleTitle(node)}
PartOf=${target}
After=${['network-online.target', ...after].join(' ')}
Wants=network-online.target
# As the restart policy of the profile: then the node is given up.
StartLimitIntervalSec=${Math.ceil(profile.restart.windowMs / 1_000)}
StartLimitBurst=${profile.restart.maxRestarts + 1}

[Service]
Type=exec
User=${USER}
Group=${USER}
${env.map(([key, value]) => `Environment=${unitWord(`${key}=${value}`)}\n`).join('')}# + is as root: the folder may not be there yet.
ExecStartPre=+/usr/bin/${asRoot.join(' ')} ${folders.map(unitWord).join(' ')}
# RocketMQ rewrites its file when its configuration is changed; at each start it is as it was exported.
ExecStartPre=/usr/bin/install -m 0600 ${unitWord(`${etc}/${fileOf(node)}`)} ${unitWord(paths.runConfig)}
ExecStart=${[...java, ...node.programArguments].map(unitWord).join(' \\\n  ')}
${asks ? `# Started means ready, so that what comes after it finds it.\nExecStartPost=/usr/bin/bash -c ${unitWord(`until bash ${etc}/ask.sh ${question.join(' ')} 2>/dev/null; do sleep 1; done`)}\n` : ''}${restartOf(profile.restart).systemd.lines.join('\n')}
# A JVM that SIGTERM has ended.
SuccessExitStatus=143
TimeoutStartSec=${Math.ceil(node.startTimeoutMs / 1_000)}
# The store is closed in this time; then SIGKILL.
TimeoutStopSec=${Math.ceil(node.stopTimeoutMs / 1_000)}
KillMode=mixed
LimitNOFILE=${OPEN_FILES}

[Install]
WantedBy=${target}
`;
}

function topicsUnit(nodes: readonly TargetNode[], { target, etc }: { target: string; etc: string }): string {
  const brokers = nodes.filter(({ role }) => role === 'broker').map(unitOf);
  return `[Unit]
Description=RocketMQ ${(nodes[0] as TargetNode).cluster}: topics and groups
PartOf=${target}
After=${brokers.join(' ')}

[Service]
Type=oneshot
RemainAfterExit=yes
User=${USER}
Group=${USER}
ExecStart=/usr/bin/bash ${etc}/topics.sh

[Install]
WantedBy=${target}
`;
}

const isElected = ({ brokerId, role }: TargetNode) => role === 'broker' && brokerId === -1;

/** @returns `text` as one word of a unit file: % and $ begin something there. */
function unitWord(text: string): string {
  const escaped = text.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w@%+=:,./*$-]+$/.test(escaped) ? escaped : `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
