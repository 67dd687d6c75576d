import type { ConfigFile } from '../diagnose/lint/config-set.js';
import { addressesOf, foldersOf, isLoopbackHost, isMachineName, peersOf, textOf } from './addresses.js';

/** Folders that belong together, and what their brokers say. */
type Cluster = {
  folders: ConfigFile[][];
  identities: Set<string>;
  brokerNames: Set<string>;
  clusterNames: Set<string>;
  isOfMachines: boolean;
};

/** With more folders than these for one address, or with one brokerName, the rest is not compared. */
const MAX_COMPARED = 32;

/**
 * Joins folders with brokers that name the same NameServers, controllers or peers, or that complete each other's brokerName: one cluster
 * in one folder for each host.
 * @param links paths of files that are started together
 */
export function joinedFolders(every: readonly (readonly ConfigFile[])[], links: readonly (readonly string[])[]): ConfigFile[][] {
  const folders = linkedFolders(every, links);
  const machines = machineFolders(folders);
  const known = new Map<string, Set<Cluster>>();
  const joinedTo = new Map<Cluster, Cluster>();
  const latest = (cluster: Cluster): Cluster => {
    const next = joinedTo.get(cluster);
    return next ? latest(next) : cluster;
  };
  const all: Cluster[] = [];
  for (const folder of folders) {
    let own = clusterOf(folder, machines(folder));
    all.push(own);
    for (const { key, isAddress } of evidenceOf(folder)) {
      const others = known.get(key) ?? new Set<Cluster>();
      known.set(key, others);
      for (const other of [...others].slice(0, MAX_COMPARED).map(latest)) {
        if (other === own || !areOne(own, other, isAddress)) continue;
        joinedTo.set(own, other);
        absorb(other, own);
        own = other;
      }
      others.add(own);
    }
  }
  return all.filter((cluster) => !joinedTo.has(cluster)).map((cluster) => cluster.folders.flat());
}

function linkedFolders(folders: readonly (readonly ConfigFile[])[], links: readonly (readonly string[])[]): ConfigFile[][] {
  let joined = folders.map((files) => [...files]);
  for (const link of links) {
    const wanted = new Set(link);
    const touched = joined.filter((files) => files.some(({ path }) => wanted.has(path)));
    if (touched.length > 1) joined = [touched.flat(), ...joined.filter((files) => !touched.includes(files))];
  }
  return joined;
}

/** @returns whether a folder is of a machine, by its name, or by an address that no other folder has. */
function machineFolders(folders: readonly (readonly ConfigFile[])[]): (folder: readonly ConfigFile[]) => boolean {
  const holders = new Map<string, number>();
  const addresses = (folder: readonly ConfigFile[]) =>
    new Set(
      folder.flatMap((file) => [textOf(file, 'brokerIP1'), textOf(file, 'brokerIP2')]).filter((ip) => ip !== '' && !isLoopbackHost(ip)),
    );
  for (const folder of folders) for (const address of addresses(folder)) holders.set(address, (holders.get(address) ?? 0) + 1);
  return (folder) =>
    folder.some((file) => foldersOf(file).some(isMachineName)) || [...addresses(folder)].some((address) => holders.get(address) === 1);
}

function clusterOf(folder: readonly ConfigFile[], isOfMachines: boolean): Cluster {
  const brokers = folder.filter(({ role }) => role === 'broker');
  return {
    folders: [[...folder]],
    identities: new Set(brokers.map(identityOf)),
    brokerNames: new Set(brokers.map((file) => textOf(file, 'brokerName')).filter(Boolean)),
    clusterNames: new Set(brokers.map(clusterNameOf)),
    isOfMachines,
  };
}

const clusterNameOf = (file: ConfigFile) => textOf(file, 'brokerClusterName') || 'DefaultCluster';

/** Replicas with controllers look alike. */
export const identityOf = (file: ConfigFile): string =>
  textOf(file, 'enableControllerMode').toLowerCase() === 'true'
    ? file.path
    : ['brokerName', 'brokerId', 'dLegerSelfId'].map((key) => textOf(file, key)).join('#');

/** The keys of the brokers that every release has in its conf folder. */
const SHIPPED_KEYS = /^(brokerClusterName|brokerName|brokerId|deleteWhen|fileReservedTime|brokerRole|flushDiskType)$/;

/** Whether a file is like the samples of the release, with nothing written by a person. */
export const isShipped = ({ role, entries, within }: ConfigFile): boolean =>
  role === 'broker' && within === undefined && entries.every(({ key }) => SHIPPED_KEYS.test(key));

function evidenceOf(folder: readonly ConfigFile[]): { key: string; isAddress: boolean }[] {
  const found = new Map<string, boolean>();
  for (const file of folder.filter(({ role }) => role === 'broker')) {
    const name = textOf(file, 'brokerName');
    const lists = ['namesrvAddr', 'controllerAddr'].flatMap((key) => addressesOf(textOf(file, key)).map((one) => ({ key, ...one })));
    const peers = peersOf(textOf(file, 'dLegerPeers')).map((one) => ({ key: 'dLegerPeers', ...one }));
    for (const { key, host, port } of [...lists, ...peers]) if (!isLoopbackHost(host)) found.set(`${key} ${host}:${port}`, true);
    if (name !== '') found.set(`brokerName ${name}`, false);
  }
  return [...found].map(([key, isAddress]) => ({ key, isAddress }));
}

/** Two masters with one name are variants of a folder, unless both folders are of machines: then it is a mistake to be told. */
function areOne(a: Cluster, b: Cluster, byAddress: boolean): boolean {
  const shares = (one: ReadonlySet<string>, other: ReadonlySet<string>) => [...one].some((each) => other.has(each));
  const isRepeated = shares(a.identities, b.identities);
  if (isRepeated) return byAddress && a.isOfMachines && b.isOfMachines;
  if (shares(a.brokerNames, b.brokerNames)) return byAddress || shares(a.clusterNames, b.clusterNames);
  return byAddress && shares(a.clusterNames, b.clusterNames);
}

function absorb(into: Cluster, other: Cluster): void {
  into.folders.push(...other.folders);
  into.isOfMachines &&= other.isOfMachines;
  for (const part of ['identities', 'brokerNames', 'clusterNames'] as const) for (const each of other[part]) into[part].add(each);
}
