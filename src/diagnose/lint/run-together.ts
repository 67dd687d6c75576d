import type { NodeView } from './node-view.js';

const nameOf = ({ file }: NodeView) => file.path.replace(/.*[/\\]/, '');
const folderOf = ({ file }: NodeView) => file.path.replace(/[^/\\]*$/, '');

/** A copy that somebody kept beside the file. */
const COPY = /(?:[ _.-](?:copy|bak|backup|old|orig)[ _.-]?\d*|\s*\(\d+\)|副本\d*)(?:\.\w+)?$/i;

/** What a file is made from, where that file is there too: broker.conf.example beside broker.conf. */
const SOURCE = /\.(example|sample|dist|template|tpl|tmpl|j2|erb)$/i;
const isSource = ({ file }: NodeView, nodes: readonly NodeView[]) =>
  SOURCE.test(file.path) && nodes.some((other) => other.file.path === file.path.replace(SOURCE, ''));

/** The nodes that are compared with each other: what is no copy, and not the single broker that a release ships beside its clusters. */
export function runTogether(nodes: readonly NodeView[]): NodeView[] {
  return nodes.filter((node) => !COPY.test(nameOf(node)) && !isSource(node, nodes) && !isSample(node, nodes));
}

/** broker.conf beside two or more other brokers, one of which is the same, or without a name of its own. */
function isSample(node: NodeView, nodes: readonly NodeView[]): boolean {
  if (node.role !== 'broker' || !/^broker\.(conf|properties)$/.test(nameOf(node))) return false;
  const others = nodes.filter((other) => other !== node && other.role === 'broker' && folderOf(other).startsWith(folderOf(node)));
  const isSame = (other: NodeView) => other.brokerName === node.brokerName && other.brokerId === node.brokerId;
  return others.length > 1 && (node.brokerName === undefined || others.some(isSame));
}
