import { grouped } from '../../base/grouped.js';
import { counted } from '../../base/units.js';
import { isTranslated, type PortRow, passesFirewall } from './port-table.js';

/** `table` is for people; the others are text that the program of that name takes. */
export const RULE_FORMATS = ['nft', 'ufw', 'vmware', 'virtualbox'] as const;
export type RuleFormat = (typeof RULE_FORMATS)[number];

/** @returns the rules that pass the ports of `rows`, for each machine that needs some, with what to do with them in comments. */
export function firewallRules(format: RuleFormat, rows: readonly PortRow[]): string {
  const passed = rows.filter(passesFirewall);
  const text = { nft: nftRules, ufw: ufwRules, vmware: vmwareLines, virtualbox: virtualBoxCommands }[format](passed);
  return `${text.join('\n').trim()}\n`;
}

/** Rows of one machine. */
type Machine = { name: string; ownAddress: string; rows: readonly PortRow[] };

function machinesOf(rows: readonly PortRow[]): Machine[] {
  return [...grouped(rows, ({ host, ownAddress }) => `${host} ${ownAddress}`).values()].map((own) => {
    const [{ host, ownAddress }] = own as [PortRow];
    return {
      name: host === null ? `the machine that runs the nodes (${ownAddress})` : `host ${host} (${ownAddress})`,
      ownAddress,
      rows: own,
    };
  });
}

/** @returns the rows that a NAT translates, by the address that it has to the outside. */
const translatedBy = (rows: readonly PortRow[]): [publicAddress: string, rows: PortRow[]][] => [
  ...grouped(rows.filter(isTranslated), ({ publicAddress }) => publicAddress),
];

/** Each port once: it may be used at two addresses. */
const portsOnce = (rows: readonly PortRow[]): PortRow[] => [...new Map(rows.map((row) => [`${row.ownAddress} ${row.port}`, row])).values()];

const about = ({ node, name, users }: PortRow) => `${node} ${name}: ${users.join(', ')}`;

/** The filter is that of Debian's and RHEL's sample files: in a table of our own, an accept would not overrule a drop elsewhere. */
function nftRules(rows: readonly PortRow[]): string[] {
  const filters = machinesOf(rows).flatMap(({ name, rows: own }) => [
    `# On ${name}: save these lines as a file, and load it with \`nft -f <file>\`.`,
    '# If its filter is not the chain input of the table inet filter, write the names of yours.',
    'add table inet filter',
    'add chain inet filter input { type filter hook input priority filter; }',
    ...byOrigin(own).flatMap(({ from, row }) =>
      sourceMatches(from).map(
        (source) => `insert rule inet filter input ${source}tcp dport ${row.port} accept comment ${quoted(`rmqdev ${about(row)}`)}`,
      ),
    ),
    '',
  ]);
  return [...filters, ...translatedBy(rows).flatMap(([address, own]) => nftNat(address, own))];
}

/** A row for each way in, with all origins that it has. */
function byOrigin(rows: readonly PortRow[]): { from: string[] | null; row: PortRow }[] {
  return [...grouped(rows, ({ port }) => port).values()].map((same) => {
    const [row] = same as [PortRow];
    const users = [...new Set(same.flatMap((each) => each.users))];
    const from = same.some((each) => each.from === null) ? null : [...new Set(same.flatMap((each) => each.from ?? []))];
    return { from, row: { ...row, users } };
  });
}

/** @returns a match for each family of addresses, because none takes both. */
function sourceMatches(from: readonly string[] | null): string[] {
  if (from === null) return [''];
  const families = grouped(from, (address) => (address.includes(':') ? 'ip6' : 'ip'));
  return [...families].map(([family, addresses]) => `${family} saddr { ${addresses.join(', ')} } `);
}

function nftNat(publicAddress: string, rows: readonly PortRow[]): string[] {
  const family = publicAddress.includes(':') ? 'ip6' : 'ip';
  const inside = [...new Set(rows.map(({ ownAddress }) => ownAddress))];
  const target = ({ ownAddress, port }: PortRow) => (ownAddress.includes(':') ? `[${ownAddress}]:${port}` : `${ownAddress}:${port}`);
  return [
    `# On the router that has ${publicAddress}: load with \`nft -f <file>\`; it must forward: \`sysctl -w net.ipv4.ip_forward=1\`.`,
    `add table ${family} rmqdev`,
    `add chain ${family} rmqdev prerouting { type nat hook prerouting priority dstnat; }`,
    `add chain ${family} rmqdev postrouting { type nat hook postrouting priority srcnat; }`,
    'add table inet filter',
    'add chain inet filter forward { type filter hook forward priority filter; }',
    ...portsOnce(rows).map(
      (row) =>
        `add rule ${family} rmqdev prerouting ${family} daddr ${publicAddress} tcp dport ${row.port} dnat to ${target(row)} comment ${quoted(`rmqdev ${about(row)}`)}`,
    ),
    ...inside.flatMap((address) => {
      const ports = [...new Set(rows.filter(({ ownAddress }) => ownAddress === address).map(({ port }) => port))].join(', ');
      return [
        `insert rule inet filter forward ${family} daddr ${address} tcp dport { ${ports} } ct status dnat accept comment "rmqdev"`,
        ...hairpin(family, address),
      ];
    }),
    '',
  ];
}

/** Private networks, of which one is on the inside of the router. Source: RFC 1918. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

/** Hairpin: who is inside and uses the public address must get the answer from the router, too. */
function hairpin(family: string, address: string): string[] {
  if (family !== 'ip') return [];
  return [
    `add rule ip rmqdev postrouting ip saddr { ${PRIVATE.join(', ')} } ip daddr ${address} ct status dnat masquerade comment "rmqdev hairpin"`,
  ];
}

/** Longer comments are refused. Source: nft(8), COMMENT: at most 128 characters. */
const quoted = (text: string): string => `"${text.slice(0, 120)}"`;

function ufwRules(rows: readonly PortRow[]): string[] {
  const allowed = machinesOf(rows).flatMap(({ name, rows: own }) => [
    `# On ${name}:`,
    ...byOrigin(own).flatMap(({ from, row }) =>
      (from ?? ['any']).map((origin) => `ufw allow from ${origin} to any port ${row.port} proto tcp comment '${about(row)}'`),
    ),
    '',
  ]);
  const routers = translatedBy(rows).map(([address, own]) => {
    const ports = portsOnce(own);
    return `# The router that has ${address} must pass ${counted(ports.length, 'port')} on to ${[...new Set(ports.map(({ ownAddress }) => ownAddress))].join(', ')}; ufw has no command for that: see --format nft`;
  });
  return [...allowed, ...routers];
}

/**
 * Source: VMware Workstation Pro documentation, "Editing the NAT Configuration File" and "Configure Port Forwarding": a line of
 * [incomingtcp] is `<port of the host> = <address of the guest>:<port of the guest>`.
 */
function vmwareLines(rows: readonly PortRow[]): string[] {
  const natted = translatedBy(rows);
  if (natted.length === 0) return nothingTranslated('#');
  return natted.flatMap(([address, own]) => [
    `# On the machine that has ${address} and runs VMware: in the section [incomingtcp] of its NAT configuration,`,
    '#   Windows  C:\\ProgramData\\VMware\\vmnetnat.conf, then as administrator: net stop "VMware NAT Service" && net start "VMware NAT Service"',
    '#   Linux    /etc/vmware/vmnet8/nat/nat.conf, then: sudo vmware-networks --stop && sudo vmware-networks --start',
    '#   macOS    /Library/Preferences/VMware Fusion/vmnet8/nat.conf, then start Fusion again',
    '# The firewall of that machine must let the ports in, too.',
    '[incomingtcp]',
    ...portsOnce(own).flatMap((row) => [`# ${about(row)}`, `${row.port} = ${row.ownAddress}:${row.port}`]),
    '',
  ]);
}

/**
 * Source: Oracle VirtualBox User Manual, "Configuring Port Forwarding with NAT": `<name>,tcp,<host address>,<host port>,<guest
 * address>,<guest port>`; without a host address the port is forwarded on every interface.
 */
function virtualBoxCommands(rows: readonly PortRow[]): string[] {
  const natted = translatedBy(rows);
  if (natted.length === 0) return nothingTranslated('#');
  return natted.flatMap(([address, own]) => [
    `# On the machine that has ${address} and runs VirtualBox, with the names of your virtual machines (\`VBoxManage list vms\`).`,
    '# The virtual machine must be off; if it runs: VBoxManage controlvm "<name>" natpf1 "…", with the same rule.',
    ...portsOnce(own).map(
      (row) =>
        `VBoxManage modifyvm "${row.host ?? row.node}" --natpf1 "${row.node}-${row.socket},tcp,,${row.port},${row.ownAddress},${row.port}"`,
    ),
    '',
  ]);
}

const nothingTranslated = (comment: string): string[] => [
  `${comment} Nothing to forward: every node is looked for at the address that its machine has.`,
  `${comment} If NAT lies between, give the address outside: --set advertise=<address>, or --set hosts.<name>.advertise.clients=<address>`,
];
