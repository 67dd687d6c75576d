import type { NodeView } from '../diagnose/lint/node-view.js';
import { meant } from './change.js';
import type { NodeIds } from './node-ids.js';

/** `view` is undefined if only brokers mention it. */
export type NameServer = { id: string; view: NodeView | undefined; port: number };

const DEFAULT_PORT = 9_876;

/** One for each file, and one for each other address that the brokers know. */
export function nameServers(
  files: readonly NodeView[],
  brokers: readonly NodeView[],
  scriptAddresses: readonly string[],
  ids: NodeIds,
): NameServer[] {
  const known = [...brokers.map((view) => meant(view, 'namesrvAddr') ?? ''), ...scriptAddresses].flatMap((list) =>
    list.split(/[;,\s]+/).map((address) => address.replace(/^(localhost|\[::1\]|0\.0\.0\.0)(?=:)/, '127.0.0.1')),
  );
  const addresses = [...new Set(known.filter((address) => /^\S+:\d+$/.test(address)))];
  const found = files.map((view) => ({ view, port: Number(meant(view, 'listenPort')) || DEFAULT_PORT }));
  for (const { port } of found) {
    const at = addresses.findIndex((address) => portOf(address) === port);
    if (at >= 0) addresses.splice(at, 1);
  }
  // A Compose file or script has all of its NameServers, and one can have several names.
  const isWhole = files.some(({ file }) => file.within !== undefined && !file.isManifest);
  const told = (isWhole ? [] : addresses).map((address) => ({ view: undefined, port: portOf(address) }));
  const all: Omit<NameServer, 'id'>[] = [...found, ...told];
  return (all.length > 0 ? all : [{ view: undefined, port: DEFAULT_PORT }]).map((each, i) => ({
    id: ids.allot(`namesrv-${i + 1}`),
    ...each,
  }));
}

const portOf = (address: string) => Number(address.slice(address.lastIndexOf(':') + 1));
