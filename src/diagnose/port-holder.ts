/** Who holds a port, as far as known. `rmqdevNode` names a node of another cluster of rmqdev. */
export type PortHolder = { port: number; pid: number | undefined; command: string | undefined; rmqdevNode: string | undefined };

/** @returns `pid 4242 (java -cp …)`, a node of rmqdev, or that this user may not see the process. */
export function whoHolds({ pid, command, rmqdevNode }: Omit<PortHolder, 'port'>): string {
  if (rmqdevNode) return rmqdevNode;
  if (pid === undefined) return 'a process that this user may not see';
  return `pid ${pid}${command ? ` (${shorten(command)})` : ''}`;
}

/** @returns the beginning of a command line, enough to recognise it. */
export function shorten(command: string): string {
  const line = command.replaceAll(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}

/** @returns `rmqdev node <cluster>/<id>` if the command line belongs to a node of rmqdev. */
export function rmqdevNodeOf(command: string | undefined): string | undefined {
  const [, cluster, node] = /-Drmqdev\.node=\S*\/clusters\/([^/]+)\/nodes\/([^/\s]+)/.exec(command ?? '') ?? [];
  return cluster && node ? `rmqdev node ${cluster}/${node}` : undefined;
}
