import type { ConfigSet, SetHost } from '../diagnose/lint/config-set.js';
import type { NodeView } from '../diagnose/lint/node-view.js';
import { isHost, isLoopbackHost } from './addresses.js';
import { type Change, change, meant } from './change.js';
import { firstFree } from './node-ids.js';

export type AdvertiseDraft = { clients: string; replication: string };
export type HostDraft = string | { address: string; advertise: AdvertiseDraft };

type Planned = { name: string; address: string; aliases: readonly string[]; files: ReadonlySet<string>; advertise?: AdvertiseDraft };

/** Why the address of a host is what it is, if no file says so. */
const GUESSED: Readonly<Partial<Record<SetHost['source'], string>>> = {
  'order of the NameServers': 'no file tells which host has which address: the first of namesrvAddr is taken for the first folder',
  name: 'no file tells the address of this host, so it is its name; change it if the other hosts do not find it so',
};

/** The hosts of the profile: those of the folders, and those that only addresses tell of. */
export class HostPlan {
  readonly changes: Change[] = [];
  readonly #hosts: Planned[] = [];
  readonly #ambiguous = new Set<string>();

  constructor(hosts: readonly SetHost[]) {
    for (const { name, address, source, aliases, files } of hosts) {
      const added = this.#add(name, address, aliases, files);
      const why = GUESSED[source];
      if (why)
        this.#tell(files[0] ?? name, `host ${name}`, `hosts.${added.name} is ${added.address}`, `${why} (--set hosts.${added.name}=…)`);
    }
  }

  /** @returns undefined if the files are not of several hosts. */
  static of({ hosts }: ConfigSet): HostPlan | undefined {
    return hosts && hosts.length > 0 ? new HostPlan(hosts) : undefined;
  }

  /** The host with the folder of a file; of a file outside all folders, the one with its address. */
  ofView(view: NodeView): string {
    const known = this.ofFile(view.file.path);
    if (known) return known;
    const told = ['brokerIP2', 'brokerIP1'].map((key) => meant(view, key)).find((ip) => ip && isHost(ip) && !isLoopbackHost(ip));
    const host = told ? this.ofAddress(told, view.file.path) : this.#first;
    if (!told) this.#tell(view.file.path, 'no host', `host ${host}`, 'it is in no folder of a host, and has no brokerIP1');
    return host;
  }

  ofFile(path: string): string | undefined {
    return this.#hosts.find(({ files }) => files.has(path))?.name;
  }

  /** @param file where the address is written: a loopback address is of its host. An address of no folder becomes another host. */
  ofAddress(address: string, file: string): string {
    if (isLoopbackHost(address)) return this.ofFile(file) ?? this.#first;
    const own = this.#hosts.find((host) => host.address.toLowerCase() === address.toLowerCase());
    if (own) return own.name;
    const [candidate, ...others] = this.#hosts.filter(({ aliases }) => aliases.includes(address));
    if (candidate) {
      if (others.length > 0 && !this.#ambiguous.has(address)) {
        this.#ambiguous.add(address);
        const why = `${[candidate, ...others].map(({ name }) => name).join(', ')} are all reached there; change \`host\` if it is another one`;
        this.#tell(file, address, `host ${candidate.name}`, why);
      }
      return candidate.name;
    }
    const { name } = this.#add(address, address, [], []);
    this.#tell(file, address, `host ${name}`, 'no folder is for it; if it is a machine that has a folder, change `host` to that');
    return name;
  }

  addressOf(name: string): string {
    return (this.#hosts.find((host) => host.name === name) as Planned).address;
  }

  /** Where clients and other hosts reach its nodes, unless they say another address. */
  clientsOf(name: string): string {
    const { address, advertise } = this.#hosts.find((host) => host.name === name) as Planned;
    return advertise?.clients ?? address;
  }

  advertise(name: string, advertise: AdvertiseDraft): void {
    (this.#hosts.find((host) => host.name === name) as Planned).advertise = advertise;
  }

  /** Only those in `used`. */
  drafts(used: ReadonlySet<string>): Record<string, HostDraft> {
    const drafts = this.#hosts
      .filter(({ name }) => used.has(name))
      .map(({ name, address, advertise }): [string, HostDraft] => [name, advertise ? { address, advertise } : address]);
    return Object.fromEntries(drafts);
  }

  get #first(): string {
    return (this.#hosts[0] as Planned).name;
  }

  #add(wanted: string, address: string, aliases: readonly string[], files: readonly string[]): Planned {
    const plain =
      wanted
        .replace(/[^a-zA-Z0-9_-]+/g, '-')
        .replace(/^[^a-zA-Z0-9]+/, '')
        .replace(/-+$/, '')
        .slice(0, 50) || 'host';
    const isFree = (name: string) => !this.#hosts.some((host) => host.name.toLowerCase() === name.toLowerCase());
    const name = firstFree(plain, isFree, (number) => `${plain}-${number}`);
    const isOwn = (one: string) => !this.#hosts.some((host) => host.address.toLowerCase() === one.toLowerCase());
    const added = { name, address: firstFree(address, isOwn, (number) => `${address}-${number}`), aliases, files: new Set(files) };
    this.#hosts.push(added);
    return added;
  }

  #tell(file: string, from: string, to: string, why: string): void {
    this.changes.push({ file, line: null, text: '', key: null, from, to, why });
  }
}

type Advertiser = { view: NodeView; host: string };

/**
 * Where the brokers of each host say they are reached: for the host if all its brokers agree, else for the broker.
 * @returns what a broker has to say itself
 */
export function advertised(brokers: readonly Advertiser[], plan: HostPlan): (broker: Advertiser) => AdvertiseDraft | undefined {
  const wanted = new Map<Advertiser, AdvertiseDraft>();
  for (const broker of brokers) {
    const own = plan.addressOf(broker.host);
    wanted.set(broker, { clients: ipOf(broker, 'brokerIP1', plan) ?? own, replication: ipOf(broker, 'brokerIP2', plan) ?? own });
  }
  const isPlain = ({ clients, replication }: AdvertiseDraft, host: string) =>
    clients === plan.addressOf(host) && replication === plan.addressOf(host);
  const settled = new Set<string>();
  for (const host of new Set(brokers.map((each) => each.host))) {
    const own = brokers.filter((each) => each.host === host).map((each) => wanted.get(each) as AdvertiseDraft);
    const [first] = own as [AdvertiseDraft, ...AdvertiseDraft[]];
    if (own.some(({ clients, replication }) => clients !== first.clients || replication !== first.replication)) continue;
    settled.add(host);
    if (!isPlain(first, host)) plan.advertise(host, first);
  }
  return (broker) => {
    const own = wanted.get(broker);
    return own && !settled.has(broker.host) && !isPlain(own, broker.host) ? own : undefined;
  };
}

function ipOf({ view, host }: Advertiser, key: 'brokerIP1' | 'brokerIP2', plan: HostPlan): string | undefined {
  const written = meant(view, key);
  if (!written) return undefined;
  if (isHost(written) && !isLoopbackHost(written)) return written;
  plan.changes.push(change(view, key, plan.addressOf(host), 'the other hosts do not reach this broker at that address'));
  return undefined;
}
