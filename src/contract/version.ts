import { RmqdevError } from '../base/errors.js';

/** Increase it when clients and daemons with different numbers can no longer understand each other. */
export const PROTOCOL = 2;

/** Which rmqdev one end of the wire is. */
export type Speaker = { version: string; protocol: number };

/** Headers of each request and answer of rmqdev's own. Another client may leave them out: then nothing is compared. */
const VERSION = 'rmqdev-version';
const PROTOCOL_NUMBER = 'rmqdev-protocol';

export const speakerHeaders = ({ version, protocol }: Speaker): Record<string, string> => ({
  [VERSION]: version,
  [PROTOCOL_NUMBER]: String(protocol),
});

/** @returns undefined if `headers` do not say. */
export function speakerOf(headers: Readonly<Record<string, unknown>>): Speaker | undefined {
  const version = headers[VERSION];
  return typeof version === 'string' ? { version, protocol: Number(headers[PROTOCOL_NUMBER]) } : undefined;
}

export function versionMismatch(daemon: Speaker & { pid: number }, client: Speaker): RmqdevError {
  return new RmqdevError('DAEMON_VERSION_MISMATCH', {
    what: `the running daemon (${daemon.version}, pid ${daemon.pid}) and this rmqdev (${client.version}) do not understand each other`,
    why: `it speaks protocol ${daemon.protocol}, this command ${client.protocol}`,
    next: 'Run `rmqdev daemon restart`: the new daemon takes over every node, no node is restarted',
  });
}
