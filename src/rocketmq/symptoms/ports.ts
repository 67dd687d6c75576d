import { RANK, type Sighting, type Symptom, type SymptomFacts, type SymptomText } from '../symptom.js';
import { BROKER_PORTS, endHolder, forNode, holderWords, Subject, setPort, socketOf, socketWords } from '../symptom-words.js';

const NETTY_SERVER = 'remoting/.../netty/NettyRemotingServer.java start; measured';
const HA_STACK = /AcceptSocketService\.beginAccept/;
/** Lines about other sockets: that of the JVM's debug agent, and those of a client that may not connect. */
const NO_SERVER = /transport error 202|ERROR: JDWP/;

/** The text for a socket with a known name or number. */
function busySocket(facts: SymptomFacts, port: number | undefined, socket: string | undefined): SymptomText {
  const words = socket ? socketWords(facts, socket) : port === undefined ? 'one of its ports' : `port ${port}`;
  const others = facts.role === 'broker' || facts.role === null ? `; ${BROKER_PORTS}` : '';
  return {
    what: `${Subject(facts)} could not open ${words}`,
    why: `${holderWords(facts, port)} already${others}`,
    next: `${endHolder(facts, port)}, or move the whole node: ${setPort(facts, '<another port>')}`,
  };
}

/** 4.x does not tell the port, nor which socket it was (main or fast). The holders of the ports tell it. */
function busyUnnamed(facts: SymptomFacts): SymptomText {
  const holder = facts.portHolders.find(({ socket }) => socket !== 'ha' && socket !== 'debug') ?? facts.portHolders[0];
  if (holder) return busySocket(facts, holder.port, holder.socket);
  if (facts.role !== 'broker') return busySocket(facts, facts.ports.listen, facts.ports.listen === undefined ? undefined : 'listen');
  const { listen, fast } = facts.ports;
  const either =
    listen === undefined ? 'listenPort or its fast port (listenPort - 2)' : `listenPort ${listen} or its fast port ${fast ?? listen - 2}`;
  return {
    what: `${Subject(facts)} could not open ${either}`,
    why: `another process has it already, and this release does not say which of the two it is; ${BROKER_PORTS}. In a DLedger group it may also be the broker’s own port in dLegerPeers`,
    next: `Find the process (\`ss -ltnp\` or \`lsof -iTCP -sTCP:LISTEN\`) and end it, or move the whole node: ${setPort(facts, '<another port>')}`,
  };
}

const portOf = ({ groups }: Sighting) => (groups.port === undefined ? undefined : Number(groups.port));

export const PORT_SYMPTOMS: readonly Symptom[] = [
  {
    code: 'PORT_IN_USE',
    severity: 'error',
    literals: ['Failed to bind to '],
    pattern: /Failed to bind to (?:address )?\S{0,80}?:(?<port>\d{1,5})\b/,
    near: /Address already in use/,
    since: '5.0.0',
    rank: RANK.cause,
    says: (facts, sighting) => busySocket(facts, portOf(sighting), socketOf(facts, Number(sighting.groups.port))),
    source: NETTY_SERVER,
    provoked: 'listen-busy',
  },
  {
    code: 'PORT_IN_USE',
    severity: 'error',
    literals: ['BindException: Address already in use'],
    near: HA_STACK,
    roles: ['broker'],
    rank: RANK.cause,
    says: (facts) => {
      const ha = facts.ports.ha ?? facts.portHolders.find(({ socket }) => socket === 'ha')?.port;
      return busySocket(facts, ha, 'ha');
    },
    source: 'store/.../ha/HAService.java, DefaultHAService.java AcceptSocketService.beginAccept; measured',
    provoked: 'ha-busy',
  },
  {
    code: 'PORT_IN_USE',
    severity: 'error',
    literals: ['Address already in use'],
    pattern: /(?:BindException|IOException): .{0,200}Address already in use/,
    notNear: HA_STACK,
    accept: (_, { record }) => !NO_SERVER.test(record[0] ?? ''),
    rank: RANK.detail,
    says: busyUnnamed,
    source: `${NETTY_SERVER} on 4.x, whose main and fast port throw the same`,
    provoked: 'fast-busy',
  },
  {
    code: 'PORT_INVALID',
    severity: 'error',
    literals: ['port out of range:'],
    pattern: /port out of range:(?<port>-?\d+)/,
    rank: RANK.cause,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} was given a port that does not exist`,
      why: `${groups.port} is not between 1 and 65535`,
      next: `Choose a listenPort below 65534 and start it again: ${setPort(facts, '<port>')}`,
    }),
    source: 'java.net.InetSocketAddress checkPort; measured',
    provoked: 'port-out-of-range',
  },
  {
    code: 'PORT_NOT_PERMITTED',
    severity: 'error',
    literals: ['Permission denied'],
    pattern: /(?:BindException|SocketException): .{0,120}Permission denied/,
    rank: RANK.cause,
    says: (facts) => ({
      what: `${Subject(facts)} was not allowed to open its port`,
      why: `only root may use ports below 1024${facts.ports.listen === undefined ? '' : `, and its listenPort is ${facts.ports.listen}`}`,
      next: `Choose a listenPort of 1026 or more: ${setPort(facts, '<port>')}`,
    }),
    source: 'sun.nio.ch.Net.bind0, bind(2) EACCES; measured',
    provoked: 'port-privileged',
  },
  {
    code: 'ADDRESS_NOT_LOCAL',
    severity: 'error',
    literals: ['Failed to bind to '],
    pattern: /Failed to bind to (?:address )?(?<address>\S{1,80}):\d{1,5}/,
    near: /Can(?:not|'t) assign requested address/,
    since: '5.0.0',
    rank: RANK.cause,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} cannot listen on ${groups.address}`,
      why: 'no network card of this machine has that address (a VPN that went down, another Wi-Fi, or a typo)',
      next: `Remove bindAddress from its configuration, or use 0.0.0.0 or 127.0.0.1`,
    }),
    source: 'remoting/.../netty/NettyServerConfig.java bindAddress; bind(2) EADDRNOTAVAIL; measured',
    provoked: 'bind-address',
  },
  {
    code: 'DEBUG_PORT_IN_USE',
    severity: 'error',
    literals: ['transport error 202: bind failed'],
    kinds: ['stdout'],
    rank: RANK.jvmRefused,
    says: (facts) => ({
      what: `${Subject(facts)} could not open its debug port${facts.ports.debug === undefined ? '' : ` ${facts.ports.debug}`}`,
      why: `${holderWords(facts, facts.ports.debug)}, and a JVM whose debugger cannot listen does not start`,
      next: `${endHolder(facts, facts.ports.debug)}, or start it without a debugger${forNode(facts, () => ' (`rmqdev up` without `--debug`)', ' (without `-agentlib:jdwp`)')}`,
    }),
    source: 'OpenJDK libdt_socket/socketTransport.c; measured',
    provoked: 'jdwp-busy',
  },
];
