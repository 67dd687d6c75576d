import { type ConfigRole, checkValue, lookupKey } from '../../rocketmq/keys.js';
import type { ConfigFile, Entry } from './config-set.js';

const DEFAULT_PORT: Readonly<Partial<Record<ConfigRole, number>>> = { broker: 10_911, namesrv: 9_876, container: 10_811 };

export type Socket = { port: number; name: string };

/** One file as `version` takes it: the last of a repeated key, and the default where RocketMQ passes over a value. */
export class NodeView {
  readonly file: ConfigFile;
  readonly role: ConfigRole;
  readonly version: string;
  constructor(file: ConfigFile, role: ConfigRole, version: string) {
    this.file = file;
    this.role = role;
    this.version = version;
  }

  entry(key: string): Entry | undefined {
    return this.file.entries.findLast((entry) => entry.key === key);
  }

  /** What this release takes, undefined where it keeps its default. */
  value(key: string): string | undefined {
    const entry = this.entry(key);
    const known = lookupKey(this.version, this.role, key);
    if (!entry || !known) return undefined;
    const issue = checkValue(this.version, known, entry.value);
    return issue?.severity === 'error' ? undefined : entry.value.trim();
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

  get isElected(): boolean {
    return this.is('enableDLegerCommitLog') || this.is('enableControllerMode');
  }

  get brokerRole(): string {
    return this.value('brokerRole') ?? 'ASYNC_MASTER';
  }

  /** ASYNC_MASTER and SYNC_MASTER make it 0, whatever is written. Source: broker/.../BrokerStartup.java. */
  get brokerId(): number {
    return this.brokerRole === 'SLAVE' ? Number(this.value('brokerId') ?? 0) : 0;
  }

  get sockets(): Socket[] {
    const port = this.listenPort;
    if (this.role !== 'broker') return port > 0 ? [{ port, name: 'listenPort' }] : [];
    const own = [
      { port, name: 'listenPort' },
      { port: port - 2, name: 'the fast port, listenPort - 2' },
    ];
    if (!this.is('enableDLegerCommitLog')) return [...own, { port: port + 1, name: 'the HA port, listenPort + 1' }];
    const self = this.value('dLegerPeers')
      ?.split(';')
      .find((peer) => peer.startsWith(`${this.value('dLegerSelfId')}-`));
    const dledger = Number(self?.split(':').at(-1));
    return dledger > 0 ? [...own, { port: dledger, name: 'its DLedger port' }] : own;
  }
}
