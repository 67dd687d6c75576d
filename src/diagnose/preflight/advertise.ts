import { isIPv4 } from 'node:net';
import type { Finding } from '../../base/finding.js';
import { finding } from './codes.js';

export type Interface = { name: string; address: string };

/** Facts about an address that clients should get. `reached`: a connection to it at `port` came back to this machine. */
export type AdvertiseFacts = {
  asked: string;
  /** The address of `asked`; undefined if the name cannot be resolved. */
  address: string | undefined;
  why: string | undefined;
  interfaces: readonly Interface[];
  port: number;
  /** What listens there: `broker-a of 2m2s`, or a listener of the check itself. */
  listener: string;
  reached: { ok: true; tookMs: number } | { ok: false; why: string } | undefined;
};

/** Ranges of IPv4 addresses, each with its meaning. Sources: RFC 1122, RFC 3927, RFC 6598, RFC 1918. */
const RANGES: readonly { name: 'loopback' | 'link-local' | 'carrier' | 'private'; prefix: string; bits: number }[] = [
  { name: 'loopback', prefix: '127.0.0.0', bits: 8 },
  { name: 'link-local', prefix: '169.254.0.0', bits: 16 },
  { name: 'carrier', prefix: '100.64.0.0', bits: 10 },
  { name: 'private', prefix: '10.0.0.0', bits: 8 },
  { name: 'private', prefix: '172.16.0.0', bits: 12 },
  { name: 'private', prefix: '192.168.0.0', bits: 16 },
];

export function rangeOf(address: string): (typeof RANGES)[number]['name'] | 'public' | 'IPv6' {
  if (!isIPv4(address)) return address === '::1' ? 'loopback' : 'IPv6';
  const number = toNumber(address);
  return RANGES.find(({ prefix, bits }) => number >>> (32 - bits) === toNumber(prefix) >>> (32 - bits))?.name ?? 'public';
}

const toNumber = (address: string): number => address.split('.').reduce((sum, part) => ((sum << 8) | Number(part)) >>> 0, 0);

/** Bridges that container engines create for their containers on this machine. */
const CONTAINER_BRIDGE = /^(docker\d*|br-|cni|podman|virbr|veth|lxcbr|vmnet)/;

/** Would clients at that address reach a broker of this machine? */
export function judgeAdvertise(facts: AdvertiseFacts): Finding[] {
  const { asked, address, why, interfaces, port, listener, reached } = facts;
  if (address === undefined) {
    return [
      finding('error', 'ADVERTISE_UNRESOLVED', {
        what: `${asked} cannot be resolved on this machine`,
        why: `${why}; brokers would give the name to clients, and resolve it themselves for replication`,
        next: `Advertise an address: ${suggestion(interfaces)}`,
      }),
    ];
  }
  const named = asked === address ? address : `${asked} (${address})`;
  const own = interfaces.find((each) => each.address === address);
  const findings: Finding[] = [];
  const range = rangeOf(address);
  if (range === 'loopback') {
    findings.push(localOnly(named, 'it is the loopback address: on another machine it means that machine itself', interfaces));
  } else if (range === 'link-local') {
    findings.push(
      localOnly(
        named,
        'it is a link-local address, which a machine gives itself if it gets none: it changes, and routers do not forward it',
        interfaces,
      ),
    );
  } else if (own && CONTAINER_BRIDGE.test(own.name)) {
    findings.push(
      localOnly(
        named,
        `it is the bridge ${own.name} of a container engine: containers of this machine reach it, other machines do not`,
        interfaces,
      ),
    );
  } else if (!own) {
    const behind =
      range === 'carrier'
        ? 'it belongs to a provider (carrier-grade NAT) or to a VPN such as Tailscale: others reach it only through that VPN'
        : 'this is right if a router or a cloud forwards it to this machine. Each port must be forwarded: listenPort, and listenPort - 2 for old clients';
    findings.push(
      finding('warning', 'ADVERTISE_NOT_OURS', {
        what: `no interface of this machine has ${named}`,
        why: behind,
        next: `If this is not intended, advertise an address of this machine: ${suggestion(interfaces)}`,
      }),
    );
  }
  if (reached && !reached.ok) {
    findings.push(
      finding(own || range === 'loopback' ? 'error' : 'warning', 'ADVERTISE_UNREACHABLE', {
        what: `a connection from here to ${address}:${port} does not reach ${listener}`,
        why: own
          ? `${reached.why}; a firewall is the usual reason`
          : `${reached.why}; a firewall, a missing forwarding, or a router that does not turn connections from inside round`,
        next: own
          ? `Open the port, or find what blocks it: \`nc -vz ${address} ${port}\``
          : `Try it from the client's machine: \`nc -vz ${address} ${port}\``,
      }),
    );
  }
  return findings;
}

function localOnly(named: string, why: string, interfaces: readonly Interface[]): Finding {
  return finding('warning', 'ADVERTISE_LOCAL_ONLY', {
    what: `only clients on this machine reach ${named}`,
    why,
    next: `For clients on other machines, advertise another address: ${suggestion(interfaces)}`,
  });
}

function suggestion(interfaces: readonly Interface[]): string {
  const [fit] = usableInterfaces(interfaces);
  return fit
    ? `\`rmqdev up 2m2s --set advertise=${fit.address}\` (${fit.name})`
    : 'this machine has no address that others can reach; connect it to a network first';
}

/** @returns the IPv4 addresses of this machine at which others may reach it. */
export function usableInterfaces(interfaces: readonly Interface[]): Interface[] {
  return interfaces.filter(
    ({ name, address }) => isIPv4(address) && !CONTAINER_BRIDGE.test(name) && !['loopback', 'link-local'].includes(rangeOf(address)),
  );
}
