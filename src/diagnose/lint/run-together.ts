import type { NodeView } from './node-view.js';

const nameOf = ({ file }: NodeView) => file.path.replace(/.*[/\\]/, '');
const folderOf = ({ file }: NodeView) => file.path.replace(/[^/\\]*$/, '');

/** A backup copy next to the file. */
const COPY = /(?:[ _.-](?:copy|bak|backup|old|orig)[ _.-]?\d*|\s*\(\d+\)|副本\d*)(?:\.\w+)?$/i;

/** A template or sample of a file that exists too: broker.conf.example next to broker.conf. */
const SOURCE = /\.(example|sample|dist|template|tpl|tmpl|j2|erb)$/i;

/** The nodes to compare with each other: without copies, and without the single broker that a release ships next to its clusters. */
export function runTogether(nodes: readonly NodeView[]): NodeView[] {
  const paths = new Set(nodes.map(({ file }) => file.path));
  const isSource = ({ file }: NodeView) => SOURCE.test(file.path) && paths.has(file.path.replace(SOURCE, ''));
  const isSample = samplesAmong(nodes);
  return nodes.filter((node) => !COPY.test(nameOf(node)) && !isSource(node) && !isSample(node));
}

/** broker.conf next to or above two or more other brokers, if it equals one of them or has no name. */
function samplesAmong(nodes: readonly NodeView[]): (node: NodeView) => boolean {
  const identity = ({ brokerName, brokerId }: NodeView) => JSON.stringify([brokerName, brokerId]);
  const below = new Map<string, { brokers: number; identities: Map<string, number> }>();
  for (const node of nodes.filter(({ role }) => role === 'broker')) {
    for (const folder of foldersAbove(node)) {
      const known = below.get(folder) ?? { brokers: 0, identities: new Map<string, number>() };
      below.set(folder, known);
      known.brokers += 1;
      known.identities.set(identity(node), (known.identities.get(identity(node)) ?? 0) + 1);
    }
  }
  return (node) => {
    if (node.role !== 'broker' || !/^broker\.(conf|properties)$/.test(nameOf(node))) return false;
    const known = below.get(folderOf(node));
    if (!known || known.brokers < 3) return false;
    return node.brokerName === undefined || (known.identities.get(identity(node)) ?? 0) > 1;
  };
}

/** With the separator at the end; '' is above all folders. */
function foldersAbove({ file }: NodeView): string[] {
  return ['', ...[...file.path.matchAll(/[/\\]/g)].map(({ index }) => file.path.slice(0, index + 1))];
}
