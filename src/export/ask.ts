import { addressOf } from '../cluster/spec/placement.js';
import { RequestCode } from '../remoting/codes.js';
import { PROBE_GROUP } from '../rocketmq/system-names.js';
import type { TargetNode } from './target.js';

/**
 * A health check without a JVM: bash sends a request of RocketMQ's own protocol and reads the answer, so it costs milliseconds and says more
 * than an open port. Source of the frame: remoting/.../protocol/RemotingCommand.java. The official images and their Alpine variants have bash.
 */
export const ASK_SCRIPT = `#!/bin/bash
# Asks a node of RocketMQ in its own protocol. Exit status 0: it gave the right answer.
#   ask.sh namesrv HOST:PORT             it knows its clusters
#   ask.sh controller HOST:PORT          it knows its group
#   ask.sh led HOST:PORT                 and the controllers have a leader
#   ask.sh broker HOST:PORT BROKERNAME   its store gives an offset
#   ask.sh registered HOST:PORT BROKERNAME REGISTERED NAMESRV...   and a NameServer tells clients this address
#   ask.sh proxy HOST:PORT               it answers, be it with an error
#   ask.sh routes HOST:PORT CLUSTER      and it has a route to its brokers
set -u

# HOST:PORT CODE FIELDS: prints the answer without NUL bytes, and succeeds if its code is 0.
ask() {
  local header="{\\"code\\":$2,\\"extFields\\":{$3},\\"flag\\":0,\\"language\\":\\"JAVA\\",\\"opaque\\":1,\\"serializeTypeCurrentRPC\\":\\"JSON\\",\\"version\\":0}"
  local length=\${#header} total size answer
  total=$((length + 4))
  exec 3<>"/dev/tcp/\${1%:*}/\${1##*:}" || return 1
  printf "$(printf '\\\\x00\\\\x00\\\\x%02x\\\\x%02x\\\\x00\\\\x00\\\\x%02x\\\\x%02x' $((total / 256)) $((total % 256)) $((length / 256)) $((length % 256)))" >&3
  printf '%s' "$header" >&3
  size=$(dd bs=1 count=4 <&3 2>/dev/null | od -An -tx1 | tr -d ' \\n')
  [ -n "$size" ] || return 1
  answer=$(dd bs=1 count=$((16#$size)) <&3 2>/dev/null | tr -d '\\000')
  exec 3>&-
  printf '%s' "$answer"
  [[ "$answer" =~ \\"code\\":0[,}] ]]
}

broker() { ask "$1" ${RequestCode.GET_MAX_OFFSET} "\\"topic\\":\\"$2\\",\\"queueId\\":\\"0\\"" >/dev/null; }
route() { ask "$1" ${RequestCode.GET_ROUTEINFO_BY_TOPIC} "\\"topic\\":\\"$2\\""; }

case "$1" in
  namesrv) ask "$2" ${RequestCode.GET_BROKER_CLUSTER_INFO} '' >/dev/null ;;
  controller) ask "$2" ${RequestCode.CONTROLLER_GET_METADATA_INFO} '' >/dev/null ;;
  led) ask "$2" ${RequestCode.CONTROLLER_GET_METADATA_INFO} '' | grep -q '"controllerLeaderAddress":"[^"]' ;;
  broker) broker "$2" "$3" ;;
  registered)
    broker "$2" "$3" || exit 1
    brokerName=$3 address=$4
    shift 4
    for namesrv in "$@"; do
      # In a subshell: one that is down ends it, not the others.
      (route "$namesrv" "$brokerName") 2>/dev/null | grep -qF "\\"$address\\"" && exit 0
    done
    exit 1 ;;
  proxy) ask "$2" ${RequestCode.GET_CONSUMER_CONNECTION_LIST} '"consumerGroup":"${PROBE_GROUP}"' | grep -q '"code":' ;;
  routes) route "$2" "$3" >/dev/null ;;
  *) exit 2 ;;
esac
`;

/** @returns the arguments of ASK_SCRIPT, asked where the node runs: whether it answers. Nothing else than a restart of this node helps if it does not. */
export function aliveQuestion(node: TargetNode): string[] {
  const at = (port: number | undefined) => `127.0.0.1:${port}`;
  switch (node.role) {
    case 'namesrv':
      return ['namesrv', at(node.ports.listen)];
    case 'controller':
      return ['controller', at(node.ports.listen)];
    case 'proxy':
      return ['proxy', at(node.ports.remoting)];
    case 'broker':
      return ['broker', at(node.ports.listen), node.brokerName as string];
  }
}

/** @returns the same, for whether clients can use it. */
export function readyQuestion(node: TargetNode): string[] {
  const [, at] = aliveQuestion(node) as [string, string];
  if (node.role === 'namesrv') return aliveQuestion(node);
  if (node.role === 'controller') return ['led', at];
  if (node.role === 'proxy') return ['routes', at, node.brokerClusterName];
  return ['registered', ...aliveQuestion(node).slice(1), addressOf(node, 'clients'), ...node.namesrvAddrs];
}
