import { type Exported, type ExportedFile, type Head, notExportable, renderHead } from './exported.js';
import { loopbackNote, pathOn, type Server, type ServerRequest, servers, titleOf, topicsOn } from './server.js';
import { clientNamesrvAddr, type TargetNode } from './target.js';
import { shellWord, topicScript } from './topics.js';

/** The scripts of a release, by what they start. */
const SCRIPTS = { namesrv: 'mqnamesrv', controller: 'mqcontroller', broker: 'mqbroker', proxy: 'mqproxy' } as const;

/** Ends a script with these words if the variable is missing. */
const HOME_CHECK = `: "\${ROCKETMQ_HOME:?must be the folder of a RocketMQ release}"`;

/** The scripts give these themselves, and two collectors are refused by the JVM. Source: distribution/bin/runbroker.sh, mqbroker. */
const OF_THE_SCRIPTS = /^(?:-XX:\+UseSerialGC|-Drocketmq\.home\.dir=.*|-Drmq\.logback\.configurationFile=.*)$/;

/** @returns the files and start scripts of each machine, for the scripts of a plain release. @throws RmqdevError NOT_EXPORTABLE */
export function exportProperties(request: ServerRequest): Exported {
  const machines = servers(request, () => '');
  const exports = machines.map(machine);
  const [first] = exports;
  if (first === undefined) throw notExportable(`profile ${request.profile.name}`, 'it has no nodes', 'Choose another profile');
  return { files: exports.flatMap(({ files }) => files), head: first.head };

  function machine(server: Server): Exported {
    const { nodes, host } = server;
    const commands = topicsOn(server, request.profile);
    const version = (nodes[0] as TargetNode).release.version;
    const head: Head = {
      start: `${host === undefined ? '' : `on host ${host}: `}ROCKETMQ_HOME=/opt/rocketmq-${version} ./start.sh   # then ${commands.length > 0 ? './topics.sh makes topics and groups, ' : ''}./stop.sh ends it`,
      look: `tail -F ${server.data}/*/stdout.log ${server.data}/*/logs/rocketmqlogs/*.log; sh $ROCKETMQ_HOME/bin/mqadmin clusterList -n '${clientNamesrvAddr(server.all)}'`,
      differs: [
        ...loopbackNote(server),
        'Nothing restarts a node that ends (the restart policy of the profile has no place here: see `export systemd`).',
        'The scripts of the release choose the collector and log collections to /dev/shm.',
        'Crash reports, `kill`, `explain` and the other commands of rmqdev end here.',
      ],
    };
    const files: ExportedFile[] = [
      { path: pathOn(server, 'start.sh'), text: startScript(server, head), isExecutable: true },
      { path: pathOn(server, 'stop.sh'), text: stopScript(server), isExecutable: true },
      ...nodes.map((node) => ({
        path: pathOn(server, fileOf(node)),
        text: node.role === 'proxy' ? node.configText : `${titleOf(node)}\n\n${node.configText}`,
        isSecret: node.account !== null,
      })),
    ];
    if (commands.length > 0) {
      const text = topicScript(`${HOME_CHECK}\n`, 'sh "$ROCKETMQ_HOME/bin/mqadmin"', commands);
      files.push({ path: pathOn(server, 'topics.sh'), text, isExecutable: true });
    }
    return { files, head };
  }
}

const fileOf = ({ id, role }: TargetNode) => `${id}.${role === 'proxy' ? 'json' : 'properties'}`;

function startScript({ nodes, data }: Server, head: Head): string {
  const later = nodes[0]?.laterJvmFlags.filter((flag) => !flag.startsWith('-Xlog')) ?? [];
  const proxies = nodes.filter(({ role }) => role === 'proxy');
  const started = [...nodes].sort((a, b) => rankOf(a) - rankOf(b)).filter(({ role }) => role !== 'proxy');
  return `#!/bin/sh
${renderHead(head)}set -eu
${HOME_CHECK}
export ROCKETMQ_HOME
here=$(cd "$(dirname "$0")" && pwd)
# JDK 8 would refuse these options. JDK_JAVA_OPTIONS is no way out: its note misleads the scripts when they look for the version.
case "$("\${JAVA_HOME:+$JAVA_HOME/bin/}java" -version 2>&1)" in
  *'"1.8.'*) later= ;;
  *) later='${later.join(' ')}' ;;
esac
mkdir -p ${nodes.map(({ paths }) => `${paths.store} ${paths.logs} ${paths.tmp}`).join(' ')}

${started.map(startLines).join('\n')}${proxies.length === 0 ? '' : proxyWait(proxies[0] as TargetNode)}${proxies.map(startLines).join('\n')}`.replace(
    /\n+$/,
    `\necho "started; logs are in ${data}"\n`,
  );
}

function startLines(node: TargetNode): string {
  const env = Object.entries(node.env).map(([key, value]) => `${key}=${shellWord(value)} `);
  const options = node.jvmFlags.filter((flag) => !OF_THE_SCRIPTS.test(flag));
  const blank = options.find((option) => /\s/.test(option));
  if (blank)
    throw notExportable(
      `the JVM option ${blank} of ${node.id}`,
      'the scripts of the release cut options at blanks',
      'Write it without a blank',
    );
  const argument = node.role === 'proxy' ? '-pc' : '-c';
  return `# ${node.id}
${env.join('')}JAVA_OPT_EXT=${shellWord(options.join(' '))}" $later" \\
  nohup sh "$ROCKETMQ_HOME/bin/${SCRIPTS[node.role]}" ${argument} "$here/${fileOf(node)}" >>${node.paths.stdout} 2>&1 &
`;
}

/** NameServers and controllers first: a broker that finds none asks again only after some seconds. */
const rankOf = ({ role }: TargetNode) => ['namesrv', 'controller', 'broker', 'proxy'].indexOf(role);

/** A proxy that finds no broker ends. */
function proxyWait(proxy: TargetNode): string {
  return `
# A proxy that finds no broker ends: it starts once the NameServers know one.
until sh "$ROCKETMQ_HOME/bin/mqadmin" clusterList -n '${proxy.namesrvAddrs.join(';')}' 2>/dev/null | grep -q '^${proxy.brokerClusterName} '; do sleep 2; done
`;
}

/** A broker that flushes a large store needs some time. */
const STOP_SECONDS = 60;

function stopScript({ nodes }: Server): string {
  const order = [...nodes].sort((a, b) => rankOf(b) - rankOf(a));
  return `#!/bin/sh
# Ends the nodes of this folder, and no other broker of this machine (mqshutdown would end all): each closes its store.
pids_of() { ps -axww -o pid= -o args= | awk -v home="-Duser.home=$1 " 'index($0, home) && !/awk -v home/ { print $1 }'; }
for root in ${order.map(({ paths }) => paths.root).join(' ')}; do
  pids=$(pids_of "$root")
  [ -z "$pids" ] || kill -TERM $pids
done
for root in ${order.map(({ paths }) => paths.root).join(' ')}; do
  for _ in $(seq ${STOP_SECONDS}); do [ -n "$(pids_of "$root")" ] || continue 2; sleep 1; done
  echo "still there after ${STOP_SECONDS} s: $root, pid $(pids_of "$root" | tr '\\n' ' '); kill -KILL ends it, and its next start recovers the store" >&2
  failed=1
done
exit \${failed:-0}
`;
}
