import { formatBytes } from '../base/units.js';
import { PORT_OFFSETS, socketWordsOf } from './ports.js';
import { isSince } from './releases.js';
import type { SymptomFacts } from './symptom.js';

/** Words that many symptoms share, so that each thing has one wording. */

const ROLE_WORDS = {
  namesrv: 'the NameServer',
  broker: 'the broker',
  controller: 'the controller',
  proxy: 'the proxy',
  dashboard: 'the dashboard',
} as const;

/** @returns `broker-a`, or `the broker`, or `the node`. */
export function subject({ node, role }: SymptomFacts): string {
  return node ?? (role ? ROLE_WORDS[role] : 'the node');
}

/** The same at the start of a sentence. */
export function Subject(facts: SymptomFacts): string {
  const words = subject(facts);
  return facts.node ? words : `${words[0]?.toUpperCase()}${words.slice(1)}`;
}

/** @returns the first for a node of rmqdev, else the second. */
export function forNode(facts: SymptomFacts, ofRmqdev: (node: string) => string, otherwise: string): string {
  return facts.node ? ofRmqdev(facts.node) : otherwise;
}

/** Where a node of rmqdev tells more. */
export function readLog(facts: SymptomFacts, file: string): string {
  return forNode(
    facts,
    (node) => `\`rmqdev logs ${node} --file ${file} -n 50\``,
    `the end of ${file === 'stdout' ? 'its console' : `${file}.log`}`,
  );
}

/** @returns how to change the size of the node's heap. */
export function setHeap(facts: SymptomFacts, size: string): string {
  return forNode(facts, (node) => `\`rmqdev up <profile> --heap ${node}=${size}\``, `\`-Xms${size} -Xmx${size}\``);
}

export function setPort(facts: SymptomFacts, port: string): string {
  const plain = facts.role === 'namesrv' || facts.role === 'controller' ? 'listenPort in its configuration' : 'listenPort in broker.conf';
  return forNode(facts, (node) => `\`rmqdev up <profile> --set ${node}.listenPort=${port}\``, plain);
}

export function setProperty(facts: SymptomFacts, key: string, value: string): string {
  return forNode(
    facts,
    (node) => `\`rmqdev up <profile> --set ${node}.properties.${key}=${value}\``,
    `\`${key}=${value}\` in its configuration file`,
  );
}

/** For a store whose data is not needed. */
export function freshStore(facts: SymptomFacts): string {
  const where = facts.storePath ? ` (${facts.storePath})` : '';
  return forNode(
    facts,
    (node) => `\`rmqdev reset ${node}\` gives it an empty one`,
    `move its store folder${where} away, and it starts with an empty one`,
  );
}

export function startAgain(facts: SymptomFacts): string {
  return forNode(facts, (node) => `\`rmqdev start ${node}\``, 'start it again');
}

/** A node has the limits of the daemon, and the daemon has those of the shell that started it. @param command such as `ulimit -n 65536` */
export function raiseLimit(facts: SymptomFacts, command: string): string {
  return forNode(
    facts,
    (node) =>
      `Raise the limit for the daemon, which starts the nodes: \`${command}; rmqdev daemon restart\` in one shell, then \`rmqdev restart ${node}\``,
    `Raise the limit in the shell that starts it (\`${command}\`), and start it again from there`,
  );
}

export function heapSize({ heapBytes }: SymptomFacts): string {
  return heapBytes === null ? 'its size' : formatBytes(heapBytes);
}

export function socketWords(facts: SymptomFacts, socket: string): string {
  const port = facts.ports[socket] ?? facts.portHolders.find((holder) => holder.socket === socket)?.port;
  const { name, beside } = socketWordsOf(socket, facts.role);
  return `${name}${port === undefined ? '' : ` ${port}`}${beside === undefined ? '' : ` (${beside})`}`;
}

/** @returns the name of the node's socket on `port`. */
export function socketOf(facts: SymptomFacts, port: number): string | undefined {
  return Object.entries(facts.ports).find(([, value]) => value === port)?.[0];
}

/** @returns `held by pid 4242 (java)`, as far as known. */
export function holderWords(facts: SymptomFacts, port: number | undefined): string {
  const holder = facts.portHolders.find((fact) => fact.port === port);
  if (!holder) return 'another process uses it';
  const command = holder.command ? ` (${holder.command})` : '';
  return holder.pid === null ? `another process${command} uses it` : `pid ${holder.pid}${command} uses it`;
}

/** @returns the command that ends the holder of a port, or shows it. */
export function endHolder(facts: SymptomFacts, port: number | undefined): string {
  const pid = facts.portHolders.find((fact) => fact.port === port)?.pid;
  if (pid !== undefined && pid !== null) return `End it (\`kill ${pid}\`)`;
  return port === undefined
    ? 'Find the process (`ss -ltnp` or `lsof -iTCP -sTCP:LISTEN`) and end it'
    : `Find the process (\`lsof -iTCP:${port} -sTCP:LISTEN\`) and end it`;
}

/** A broker takes three ports around its listenPort. */
export const BROKER_PORTS = `a broker uses three ports: listenPort, listenPort ${PORT_OFFSETS.broker.fast < 0 ? '-' : '+'} ${Math.abs(PORT_OFFSETS.broker.fast)} (fast) and listenPort + ${PORT_OFFSETS.broker.ha} (HA)`;

/** The key of a commit log's file size, as the release spells it. */
export function fileSizeKey({ rocketmq }: SymptomFacts, of: 'CommitLog' | 'ConsumeQueue'): string {
  return `${rocketmq !== null && !isSince(rocketmq, '4.5.2') ? 'maped' : 'mapped'}FileSize${of}`;
}
