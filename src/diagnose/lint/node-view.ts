import { type ConfigRole, checkValue, lookupKey } from '../../rocketmq/keys.js';
import { isSince } from '../../rocketmq/releases.js';
import type { ConfigFile, Entry } from './config-set.js';
import { placeholderOf } from './placeholder.js';
import type { Release } from './release.js';

const DEFAULT_PORT: Readonly<Partial<Record<ConfigRole, number>>> = { broker: 10_911, namesrv: 9_876, container: 10_811 };
/** First release that uses haListenPort; earlier ones overwrite it. Source: broker/.../BrokerController.java. */
const HA_PORT_SINCE = '5.1.1';

export type Socket = { port: number; name: string };

/** One file as a release reads it: the last of a repeated key, and the default if RocketMQ ignores a value. */
export class NodeView {
  readonly file: ConfigFile;
  readonly role: ConfigRole;
  readonly version: string;
  readonly release: Release;
  /** Rules ask often for the same few keys. */
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #values = new Map<string, string | undefined>();
  constructor(file: ConfigFile, role: ConfigRole, release: Release | string) {
    this.file = file;
    this.role = role;
    this.release = typeof release === 'string' ? { version: release, possible: [release] } : release;
    this.version = this.release.version;
    this.#entries = new Map(file.entries.map((entry) => [entry.key, entry]));
  }

  entry(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  /** The value that this release uses; undefined if it keeps its default, or if the value is still missing. */
  value(key: string): string | undefined {
    if (!this.#values.has(key)) this.#values.set(key, this.#valueOf(key));
    return this.#values.get(key);
  }

  #valueOf(key: string): string | undefined {
    const entry = this.entry(key);
    const known = lookupKey(this.version, this.role, key);
    if (!entry || !known || placeholderOf(entry.value)) return undefined;
    const issue = checkValue(this.version, known, entry.value);
    return issue?.severity === 'error' ? undefined : entry.value.trim();
  }

  /** True if the value of `key` is still missing, so that neither it nor the default says anything. */
  isOpen(key: string): boolean {
    const entry = this.entry(key);
    return entry !== undefined && placeholderOf(entry.value) !== undefined;
  }

  is(key: string): boolean {
    return this.value(key)?.toLowerCase() === 'true';
  }

  get listenPort(): number {
    return Number(this.value('listenPort') ?? DEFAULT_PORT[this.role] ?? 0);
  }

  get brokerName(): string | undefined {
    return this.value('brokerName');
  }

  get clusterName(): string {
    return this.value('brokerClusterName') ?? 'DefaultCluster';
  }

  get isElected(): boolean {
    return this.is('enableDLegerCommitLog') || this.is('enableControllerMode');
  }

  get brokerRole(): string {
    return this.value('brokerRole') ?? 'ASYNC_MASTER';
  }

  /** ASYNC_MASTER and SYNC_MASTER set it to 0, whatever is written. Source: broker/.../BrokerStartup.java. */
  get brokerId(): number {
    return this.brokerRole === 'SLAVE' ? Number(this.value('brokerId') ?? 0) : 0;
  }

  /** The ports that it opens; none if they are still missing. */
  get sockets(): Socket[] {
    if (this.isOpen('listenPort')) return [];
    const port = this.listenPort;
    if (this.role === 'controller')
      return peerPort(this.value('controllerDLegerPeers'), this.value('controllerDLegerSelfId'), 'its port among the peers');
    if (this.role !== 'broker') return port > 0 ? [{ port, name: 'listenPort' }, ...this.#ownController()] : [];
    const own = [
      { port, name: 'listenPort' },
      { port: port - 2, name: 'the fast port, listenPort - 2' },
    ];
    if (!this.is('enableDLegerCommitLog')) return [...own, this.#haSocket(port)];
    return [...own, ...peerPort(this.value('dLegerPeers'), this.value('dLegerSelfId'), 'its DLedger port')];
  }

  #haSocket(port: number): Socket {
    const written = isSince(this.version, HA_PORT_SINCE) ? Number(this.value('haListenPort') ?? 0) : 0;
    return written > 0 ? { port: written, name: 'haListenPort' } : { port: port + 1, name: 'the HA port, listenPort + 1' };
  }

  /** A NameServer with a controller in it opens the controller's port too. */
  #ownController(): Socket[] {
    if (this.role !== 'namesrv' || !this.is('enableControllerInNamesrv')) return [];
    return peerPort(this.value('controllerDLegerPeers'), this.value('controllerDLegerSelfId'), 'its controller port');
  }
}

function peerPort(peers: string | undefined, self: string | undefined, name: string): Socket[] {
  const own = peers?.split(';').find((peer) => peer.startsWith(`${self}-`));
  const port = Number(own?.split(':').at(-1));
  return port > 0 ? [{ port, name }] : [];
}
