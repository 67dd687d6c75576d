import type { Finding } from '../../base/finding.js';
import { finding, placeOf } from './finding.js';
import type { NodeView } from './node-view.js';

/** The ports of one node: they must be possible, and each must occur once. */
export function portFindings(node: NodeView): Finding[] {
  const { sockets } = node;
  const own = sockets.flatMap((one, i) =>
    sockets
      .slice(i + 1)
      .filter(({ port }) => port === one.port)
      .map((other) => ({ one, other })),
  )[0];
  if (own) {
    const at = [placeOf(node, 'haListenPort', 'dLegerPeers', 'controllerDLegerPeers', 'listenPort'), placeOf(node, 'listenPort')];
    const what = `${node.file.path} wants port ${own.one.port} twice`;
    const why = `it is ${own.one.name} and ${own.other.name}; the node ends with status 255`;
    return [finding('PORT_CONFLICT', [what, why, 'Choose another port'], at)];
  }
  if (node.role === 'proxy' || node.value('listenPort') === undefined) return [];
  const bad = sockets.find(({ port }) => port < 1 || port > 65_535);
  const at = [placeOf(node, 'listenPort')];
  if (bad) {
    const why = `${bad.port} is ${bad.name}; ports go from 1 to 65535`;
    return [finding('PORT_INVALID', [`listenPort ${node.listenPort} is impossible`, why, 'Choose a port from 1026 to 65534'], at)];
  }
  if (!sockets.some(({ port }) => port < 1_024)) return [];
  const text = [`listenPort ${node.listenPort} needs root`, 'ports below 1024 are privileged', 'Choose a port from 1026 on'] as const;
  return [finding('PORT_INVALID', text, at, 'warning')];
}
