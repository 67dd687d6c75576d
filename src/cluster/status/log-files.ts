import { join } from 'node:path';
import type { Result } from '../../contract/routes.js';
import { logFiles } from '../../rocketmq/log-files.js';
import type { NodeSpec } from '../spec/node-spec.js';

/** @returns every log of `nodes`, from the table of their release: in the order of the nodes, the main log of each first. */
export function nodeLogFiles(nodes: readonly NodeSpec[]): Result<'logFiles'>['files'] {
  return nodes.flatMap((node) =>
    logFiles(node.release.version, node.role).map(({ path, shown }) => ({ node: node.id, file: join(node.paths.root, path), shown })),
  );
}
