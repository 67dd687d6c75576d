import type { Result } from '../../../src/contract/routes.js';
import { freePorts } from '../../support/free-ports.js';
import { installedRelease } from './releases.js';
import type { Rmqdev } from './rmqdev.js';

/** What `consume --json` prints of a message. */
export type Message = {
  event: string;
  body: string;
  brokerName: string;
  queueId: number;
  tags: string | null;
  keys: string | null;
  msgId: string;
  readFrom: string;
};

/** `up` on free ports, so that the test meets no cluster of somebody else. */
export async function up(rmqdev: Rmqdev, profile: string, version: string, ids: readonly string[]): Promise<Result<'up'>> {
  const ports = await freePorts(ids.length);
  const options = ids.flatMap((id, index) => ['--set', `${id}.listenPort=${ports[index]}`]);
  return rmqdev.json<Result<'up'>>('up', profile, '--rocketmq', await installedRelease(version), ...options);
}

/** Without the summary and the like. */
export const messages = (items: readonly Message[]): Message[] => items.filter(({ event }) => event === 'message');
