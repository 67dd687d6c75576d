import { isIPv4 } from 'node:net';
import { dirname } from 'node:path';
import { grouped } from '../base/grouped.js';
import type { ConfigFile, Containers, SetHost, StartScript } from '../diagnose/lint/config-set.js';
import {
  addressesOf,
  foldersOf,
  ipIn,
  isHost,
  isLoopbackHost,
  isMachineName,
  isPrivate,
  machineOfFile,
  ownPeers,
  textOf,
} from './addresses.js';
import { commonFolders } from './environment.js';
import type { HostNames } from './host-names.js';

type Around = { scripts: readonly StartScript[]; containers: readonly Containers[]; names: HostNames };

/** @returns the machines of a set that comes in one folder for each; undefined if nothing tells that there are several. */
export function hostsOf(files: readonly ConfigFile[], around: Around): SetHost[] | undefined {
  const brokers = files.filter(({ role }) => role === 'broker');
  const labels = labelsOf(files, brokers);
  if (!labels) return undefined;
  const byLabel = grouped(brokers, (file) => labels.of(file.path, file) as string);
  if (
    byLabel.size < 2 ||
    !areMachines(
      byLabel,
      brokers,
      around.containers.filter(({ path }) => !machineOfFile({ path })),
    )
  )
    return undefined;
  const scripts = around.scripts.filter(({ launches }) => launches.length > 0);
  const members = grouped(
    [
      ...files.map((file) => ({ path: file.path, label: labels.of(file.path, file) })),
      ...scripts.map(({ path }) => ({ path, label: labels.of(path) })),
    ],
    ({ label }) => label,
  );
  const names = [...members.keys()].filter((label): label is string => label !== undefined && isHostFolder(label, byLabel, members, files));
  const sorted = names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return withAddresses(
    sorted.map((name) => ({ name, paths: (members.get(name) ?? []).map(({ path }) => path) })),
    files,
    around,
  );
}

/** A folder without a broker is a machine if it has another node, or is called like one. */
function isHostFolder(
  label: string,
  byLabel: ReadonlyMap<string, unknown>,
  members: ReadonlyMap<string | undefined, { path: string }[]>,
  files: readonly ConfigFile[],
): boolean {
  if (byLabel.has(label)) return true;
  const hasNode = files.some(({ path, role }) => role !== undefined && members.get(label)?.some((one) => one.path === path));
  return hasNode || isMachineName(label);
}

type Labels = { of(path: string, file?: ConfigFile): string | undefined };

/** The folder that tells hosts apart: the one with an address, the one called like a machine, or the first that differs. */
function labelsOf(files: readonly ConfigFile[], brokers: readonly ConfigFile[]): Labels | undefined {
  if (brokers.length < 2) return undefined;
  const common = commonFolders(files.filter(({ role }) => role !== undefined).map(({ path, within }) => within ?? path));
  const partsOf = (path: string, file?: ConfigFile) => (file ? foldersOf(file) : dirname(path).split(/[/\\]/)).slice(common);
  const ways: Labels['of'][] = [
    (path, file) => partsOf(path, file).find((part) => ipIn(part)),
    (path, file) => partsOf(path, file).find(isMachineName),
    (path, file) => machineOfFile(file ?? { path }),
    (path, file) => partsOf(path, file)[0],
  ];
  for (const of of ways) {
    const labels = brokers.map((file) => of(file.path, file));
    if (labels.every((label) => label !== undefined && label !== '.') && new Set(labels).size > 1) return { of };
  }
  return undefined;
}

function areMachines(
  byLabel: ReadonlyMap<string, ConfigFile[]>,
  brokers: readonly ConfigFile[],
  containers: readonly Containers[],
): boolean {
  const labelOf = new Map([...byLabel].flatMap(([label, files]) => files.map(({ path }): [string, string] => [path, label])));
  // One compose file for several folders: they are containers of one machine.
  const isShared = ({ files }: Containers) => new Set(files.flatMap((path) => labelOf.get(path) ?? [])).size > 1;
  if (containers.some(isShared)) return false;
  const labels = [...byLabel.keys()];
  if (labels.every((label) => ipIn(label))) return true;
  const servers = brokers.flatMap((file) => addressesOf(textOf(file, 'namesrvAddr')).map(({ host }) => host));
  if (servers.length > 0 && servers.every(isLoopbackHost)) return false;
  const groups = [...byLabel.values()];
  const own = groups.map((files) => new Set(files.flatMap((file) => [...ownPeers(file).map(({ host }) => host), ...ipsOf(file)])));
  const told = own.filter((each) => each.size > 0);
  const everywhere = new Set(told.flatMap((each) => [...each]));
  if (told.length > 1 && everywhere.size === 1) return false;
  if (labels.every(isMachineName) || (told.length > 1 && everywhere.size === told.reduce((sum, { size }) => sum + size, 0))) return true;
  const isReal = servers.some((host) => isIPv4(host) || host.includes('.'));
  return isReal && (portsRepeat(groups) || (new Set(servers).size > 1 && groups.some((files) => files.length > 1)));
}

/** The addresses that a broker gives to slaves and clients. */
const ipsOf = (file: ConfigFile) =>
  ['brokerIP2', 'brokerIP1'].map((key) => textOf(file, key)).filter((ip) => isHost(ip) && !isLoopbackHost(ip));

function portsRepeat(groups: readonly (readonly ConfigFile[])[]): boolean {
  const ports = groups.flatMap((files) => [...new Set(files.map((file) => textOf(file, 'listenPort') || '10911'))]);
  return new Set(ports).size < ports.length;
}

type Machine = { name: string; paths: readonly string[]; told?: { address: string; source: SetHost['source'] } };

/** Each machine gets the best address that the files tell and that no other machine has. */
function withAddresses(machines: Machine[], files: readonly ConfigFile[], { names }: Around): SetHost[] {
  const filesOf = ({ paths }: Machine) => files.filter(({ path }) => paths.includes(path));
  const offer = (source: SetHost['source'], candidates: (machine: Machine) => readonly (string | undefined)[]) => {
    const open = machines.filter(({ told }) => !told);
    const isTaken = (address: string) => machines.some(({ told }) => told?.address === address);
    const offers = open.map((machine) => ({
      machine,
      address: candidates(machine).find((one): one is string => one !== undefined && isHost(one) && !isLoopbackHost(one) && !isTaken(one)),
    }));
    for (const { machine, address } of offers) {
      if (address !== undefined && offers.filter((other) => other.address === address).length === 1) machine.told = { address, source };
    }
  };
  offer('folder', ({ name }) => [ipIn(name)]);
  offer('peers', (machine) => filesOf(machine).flatMap((file) => ownPeers(file).map(({ host }) => host)));
  // Others reach a machine behind NAT at its private address only from the same network, which is what a host's own address is for.
  offer('brokerIP', (machine) => {
    const own = filesOf(machine).flatMap(ipsOf);
    return [...own.filter(isPrivate), ...own];
  });
  offer('hosts file', ({ name }) => [names.get(name)?.address]);
  offer('haMasterAddress', (machine) => {
    const masters = filesOf(machine).filter((file) => textOf(file, 'brokerRole') !== 'SLAVE');
    const slaves = files.filter((file) => masters.some((master) => textOf(master, 'brokerName') === textOf(file, 'brokerName')));
    return slaves.map((file) => textOf(file, 'haMasterAddress').replace(/:\d+$/, ''));
  });
  const servers = [...new Set(files.flatMap((file) => addressesOf(textOf(file, 'namesrvAddr')).map(({ host }) => host)))];
  const free = servers.filter((host) => !isLoopbackHost(host) && !machines.some(({ told }) => told?.address === host));
  offer('name', ({ name }) => [free.includes(name) || name.includes('.') ? name : undefined]);
  const open = machines.filter(({ told }) => !told);
  const rest = free.filter((host) => isIPv4(host) && !machines.some(({ told }) => told?.address === host));
  if (open.length === rest.length) {
    open.forEach((machine, i) => {
      machine.told = { address: rest[i] as string, source: 'order of the NameServers' };
    });
  }
  return machines.map((machine): SetHost => {
    const { address, source } = machine.told ?? { address: plainName(machine.name), source: 'name' as const };
    const aliases = new Set([machine.name, ...filesOf(machine).flatMap(ipsOf)]);
    for (const [name, { address: told, comment }] of names) {
      const said = machines.filter((other) => other.told && comment.split(/[^\d.]+/).includes(other.told.address));
      if (said.length === 1 ? said[0] === machine : told === address || aliases.has(told)) aliases.add(name);
    }
    aliases.delete(address);
    return { name: machine.name, address, source, aliases: [...aliases], files: machine.paths };
  });
}

const plainName = (folder: string) => folder.replace(/[^\w.-]+/g, '-').replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '') || 'host';
