import { basename, dirname, sep } from 'node:path';
import type { Containers } from '../diagnose/lint/config-set.js';

/** What compose, Kubernetes and docker run have in common when they start RocketMQ. */
const STARTS =
  /\bimage:\s*["']?\S*rocketmq|\b(?:docker|podman|nerdctl)\s+(?:container\s+)?run\b[^\n]*(?:rocketmq|mqbroker|rmq)|^FROM\s+\S*rocketmq|\bmqbroker\b/im;
const IS_CONTAINER_FILE =
  /\.ya?ml(\.(tmpl|tpl|template|j2|example|sample|dist))?$|(^|[/\\])(Dockerfile|Containerfile)[\w.-]*$|(^|[/\\])docker-compose[\w.-]*$/i;
const HOST_NETWORK = /\bnetwork_mode:\s*["']?host\b|\bhostNetwork:\s*true\b|--net(?:work)?[= ]host\b/;

export type ContainerFile = { path: string; text: string; isOnHostNetwork: boolean };

export const mayStartContainers = (path: string) => IS_CONTAINER_FILE.test(path);

/** @returns none if the file does not start RocketMQ in a container. */
export function readContainerFile(path: string, lines: readonly string[]): ContainerFile[] {
  const text = lines.filter((line) => !/^\s*#/.test(line)).join('\n');
  if (!STARTS.test(text)) return [];
  if (!mayStartContainers(path) && !/\b(?:docker|podman|nerdctl)\b/.test(text)) return [];
  return [{ path, text, isOnHostNetwork: HOST_NETWORK.test(text) }];
}

/** The configurations that the containers get: those next to the file and below it, and those that it names. */
export function containersOf(files: readonly string[], { path, text, isOnHostNetwork }: ContainerFile): Containers {
  const folder = dirname(path);
  const isBelow = (file: string) =>
    folder === '.' || dirname(file) === folder || file.startsWith(folder + sep) || file.startsWith(`${folder}/`);
  return { path, files: files.filter((file) => isBelow(file) || text.includes(`/${basename(file)}`)), isOnHostNetwork };
}
