import type { Finding } from '../../base/finding.js';
import { grouped } from '../../base/grouped.js';
import { isLoopback } from '../../base/loopback.js';
import { type Check, check } from '../doctor/check.js';
import { type FindingCode, finding } from '../preflight/codes.js';
import { isTranslated, type PortRow, passesFirewall } from './port-table.js';

/** What answers at an address and port. `open`: it accepts connections, and its protocol does not say who it is. */
export type Answer =
  | { kind: 'ours'; registers?: string | undefined }
  | { kind: 'open' }
  | { kind: 'stranger'; who: string }
  | { kind: 'silent'; why: string };

/** A port of the table, asked from this machine. */
export type HopFacts = {
  row: PortRow;
  /** This machine runs the node; else it is seen from afar. */
  isHere: boolean;
  /** The address of the advertised name; undefined if it cannot be resolved. */
  resolved: { address: string } | { why: string };
  /** This machine itself has that address. */
  isOwnInterface: boolean;
  atPublic: Answer;
  /** At the address that its machine has; undefined if that is the same, and the node is elsewhere. */
  atOwn: Answer | undefined;
};

const answers = (answer: Answer | undefined): boolean => answer?.kind === 'ours' || answer?.kind === 'open';

/**
 * @returns a check for each node and each address at which others look for it: which hop on the way to it fails?
 * @param judged addresses that another check has judged. What is wrong with an address itself is said once, at the first node that has it.
 */
export function hopChecks(facts: readonly HopFacts[], judged: readonly string[] = []): Check[] {
  const told = new Set(judged);
  return [...grouped(facts, ({ row }) => `${row.node} ${row.publicAddress}`).values()].flatMap((hops) => {
    const { row } = hops[0] as HopFacts;
    const found = hops.filter(({ atPublic }) => answers(atPublic)).map((hop) => hop.row.port);
    const missing = hops.filter(({ atPublic }) => !answers(atPublic)).map((hop) => hop.row.port);
    const outcome = [
      ...(found.length > 0 ? [`${found.join(', ')} answer${found.length === 1 ? 's' : ''}`] : []),
      ...(missing.length > 0 ? [`${missing.join(', ')} ${missing.length === 1 ? 'does' : 'do'} not`] : []),
    ].join(', ');
    const findings = judge(hops).filter(({ code }) => !ABOUT_ADDRESSES.has(code) || !told.has(row.publicAddress));
    if (findings.some(({ code }) => ABOUT_ADDRESSES.has(code))) told.add(row.publicAddress);
    // What is wrong with the address was told for another node.
    if (found.length === 0 && findings.length === 0) return [];
    return [check('Network', `network.advertise.${row.node}`, `${row.node} at ${row.publicAddress}: ${outcome}`, findings)];
  });
}

const ABOUT_ADDRESSES: ReadonlySet<string> = new Set(['ADVERTISE_UNRESOLVED', 'ADVERTISE_LOCAL_ONLY'] satisfies FindingCode[]);

/** @param hops the ports of one node at one address */
function judge(hops: readonly HopFacts[]): Finding[] {
  const [first] = hops as [HopFacts];
  const { row, resolved, isHere } = first;
  if ('why' in resolved) return [unresolved(row, resolved.why)];
  const silent = hops.filter(({ atPublic }) => atPublic.kind === 'silent');
  const findings = [...loopback(first), ...strangers(hops), ...otherAddress(hops)];
  if (silent.length === 0) return findings;
  const isDown = isHere && hops.every(({ atOwn }) => atOwn?.kind === 'silent');
  if (isDown) return [...findings, notRunning(row)];
  const runs = hops.some(({ atOwn }) => answers(atOwn));
  if (hops.some(({ atPublic }) => answers(atPublic))) return [...findings, ...silent.filter(isMissed).map(notPassed)];
  if (silent.length < hops.length) return findings;
  if (isTranslated(row) && runs) return [...findings, hairpin(hops)];
  return [...findings, unreachable(first, runs)];
}

/** A port that its own machine does not answer on either is not the fault of what lies between. */
const isMissed = ({ isHere, atOwn }: HopFacts): boolean => !isHere || answers(atOwn);

const place = ({ publicAddress, port }: PortRow): string =>
  publicAddress.includes(':') ? `[${publicAddress}]:${port}` : `${publicAddress}:${port}`;
const probe = ({ publicAddress, port }: PortRow): string => `\`nc -vz ${publicAddress} ${port}\``;
const setAdvertise = ({ host, node }: PortRow, address: string): string =>
  host === null ? `--set ${node}.advertise=${address}` : `--set hosts.${host}.advertise=${address}`;

function unresolved(row: PortRow, why: string): Finding {
  return finding('error', 'ADVERTISE_UNRESOLVED', {
    what: `${row.publicAddress}, which ${row.node} advertises, cannot be resolved on this machine`,
    why: `${why}; clients get the name, and resolve it themselves`,
    next: `Advertise an address: \`${setAdvertise(row, row.ownAddress)}\``,
  });
}

function loopback({ row }: HopFacts): Finding[] {
  if (!isLoopback(row.publicAddress) || !passesFirewall(row)) return [];
  return [
    finding('warning', 'ADVERTISE_LOCAL_ONLY', {
      what: `only programs on the same machine reach nodes that advertise ${row.publicAddress}`,
      why: 'on another machine this address means that machine itself',
      next: 'For clients on other machines, advertise an address that they reach: `--set advertise=<address>`; `rmqdev doctor --advertise <address>` tries one',
    }),
  ];
}

function strangers(hops: readonly HopFacts[]): Finding[] {
  return hops.flatMap(({ row, atPublic, atOwn }) => {
    if (atPublic.kind !== 'stranger') return [];
    const isAtHome = atOwn?.kind === 'stranger';
    return [
      finding('error', 'ADVERTISE_STRANGER', {
        what: `${place(row)} is not ${row.node}: ${atPublic.who}`,
        why: isAtHome
          ? `another program holds port ${row.port} on the machine of ${row.node}`
          : `the address belongs to another machine, or the port is forwarded to one; clients that ask for ${row.node} (${row.name}) end there`,
        next: isAtHome
          ? '`rmqdev status` shows whether the node runs; `rmqdev doctor` names who holds its ports'
          : `Forward the port to ${row.ownAddress}:${row.port} (\`rmqdev ports --format nft\` has the line), or correct the address: \`${setAdvertise(row, '<address>')}\``,
      }),
    ];
  });
}

/** It runs with an older setting, or the profile here is not the one that it runs by. */
function otherAddress(hops: readonly HopFacts[]): Finding[] {
  return hops.flatMap(({ row, atPublic }) => {
    const registers = row.socket === 'listen' && atPublic.kind === 'ours' ? atPublic.registers : undefined;
    if (registers === undefined || registers === row.publicAddress) return [];
    return [
      finding('warning', 'ADVERTISE_DIFFERS', {
        what: `${row.node} tells clients ${registers}, not ${row.publicAddress}`,
        why: 'it was started with another setting of advertise, and clients go where it says',
        next: `Start it with this one, on its machine: \`rmqdev up\` with \`${setAdvertise(row, row.publicAddress)}\``,
      }),
    ];
  });
}

function notRunning(row: PortRow): Finding {
  return finding('info', 'ADVERTISE_NOT_RUNNING', {
    what: `${row.node} does not run, so nothing can answer at ${row.publicAddress}`,
    why: `nobody listens on port ${row.port} of this machine`,
    next: 'Start the cluster, then ask again',
  });
}

/** The address is right, other ports of the node get through: this one is forgotten. */
function notPassed({ row, atPublic }: HopFacts): Finding {
  const pass = isTranslated(row)
    ? `Forward it on the machine that has ${row.publicAddress}: \`nft add rule ip rmqdev prerouting ip daddr ${row.publicAddress} tcp dport ${row.port} dnat to ${row.ownAddress}:${row.port}\``
    : `Open it on ${row.host === null ? 'its machine' : `host ${row.host}`}: \`ufw allow from ${row.from?.[0] ?? 'any'} to any port ${row.port} proto tcp\``;
  return finding('error', 'ADVERTISE_PORT_CLOSED', {
    what: `port ${row.port} of ${row.node} (${row.name}: ${row.what}) does not get through`,
    why: `other ports of it answer at ${row.publicAddress}, this one not (${atPublic.kind === 'silent' ? atPublic.why : atPublic.kind}); ${row.users.join(', ')} need it`,
    next: `${pass}; all lines: \`rmqdev ports --format nft\` (also ufw, vmware, virtualbox)`,
  });
}

/** Its own address answers, the public one does not, and this machine stands on the inside. Seen from here no more can be known. */
function hairpin(hops: readonly HopFacts[]): Finding {
  const { row } = hops[0] as HopFacts;
  // Slaves and peers on this side look for the node at the public address, too.
  const inside = hops.filter((hop) => !passesFirewall(hop.row));
  const isNeeded = inside.length > 0;
  const users = [...new Set(inside.flatMap((hop) => hop.row.users))].join(', ');
  return finding(isNeeded ? 'error' : 'warning', 'ADVERTISE_HAIRPIN', {
    what: `no port of ${row.node} answers from here at ${row.publicAddress}, but at ${row.ownAddress} it does`,
    why: `either nothing is forwarded to it, or the router does not turn connections from inside round (hairpin NAT): from inside both look alike${isNeeded ? `; ${users} on this side use that address too` : ''}`,
    next: `Try it from a machine outside: ${probe(row)}. If it answers there, only hairpin is missing${isNeeded ? `: let those inside use the own address: \`${setAdvertise(row, row.ownAddress).replace('advertise=', 'advertise.replication=')}\`` : ', and clients outside are fine'}`,
  });
}

function unreachable({ row, isHere, isOwnInterface, atPublic }: HopFacts, runs: boolean): Finding {
  const why = atPublic.kind === 'silent' ? atPublic.why : atPublic.kind;
  if (isHere)
    return finding('error', 'ADVERTISE_UNREACHABLE', {
      what: `no port of ${row.node} answers at ${row.publicAddress}`,
      why: `${why}; ${isOwnInterface ? 'this machine has that address, so a firewall of its own is the usual reason' : 'no interface of this machine has that address'}`,
      next: isOwnInterface
        ? `Find what blocks it: ${probe(row)}; \`rmqdev ports --format ufw\` has the rules`
        : `Advertise an address of this machine: \`${setAdvertise(row, '<address>')}\``,
    });
  return finding('error', 'ADVERTISE_UNREACHABLE', {
    what: `no port of ${row.node} answers from here at ${row.publicAddress}`,
    why: `${why}; ${runs ? 'the address is wrong' : `${row.node} does not run, the address is wrong, or ${isTranslated(row) ? 'NAT forwards none of its ports' : 'a firewall lets none in'}`}`,
    next: `On ${row.host === null ? 'its machine' : `host ${row.host}`}: \`rmqdev status\`, and the rules of \`rmqdev ports${row.host === null ? '' : ` --host ${row.host}`} --format nft\``,
  });
}
