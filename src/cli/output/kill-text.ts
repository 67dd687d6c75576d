import type { KillItem } from '../../contract/events.js';
import type { Colors } from './terminal.js';

export type Verdict = Extract<KillItem, { event: 'verdict' }>;
type Controllers = NonNullable<Verdict['controllers']>;

const clockOf = (tMs: number): string => `${(tMs / 1_000).toFixed(3).padStart(8)} s`;

export function renderKillStep(item: Exclude<KillItem, Verdict>, colors: Colors): string {
  const at = colors.dim(clockOf(item.tMs));
  switch (item.event) {
    case 'signalled':
      return `${at}  ${item.node} (pid ${item.pid}) was sent ${item.signal}`;
    case 'exited':
      return `${at}  ${item.node} is gone (${item.signal ?? (item.code === null ? 'exit status unknown' : `exit status ${item.code}`)})`;
    case 'routeChanged':
      return item.master
        ? `${at}  NameServer ${item.namesrv} has ${item.master} as the master, and it takes sends`
        : `${at}  NameServer ${item.namesrv} has dropped ${item.node}`;
    case 'notice':
      return `${at}  ${item.message}`;
  }
}

/** One verdict on all nodes that one command killed: each was made when all of them had ended. */
export function renderVerdicts(verdicts: readonly Verdict[], colors: Colors, next: (commands: readonly string[]) => string): string {
  const last = verdicts.at(-1) as Verdict;
  const clock = clockOf(last.tMs);
  const lines = [...(verdicts.length === 1 ? linesOfOne(last) : linesOfSeveral(verdicts)), ...linesOfCluster(last, verdicts)];
  const nodes = verdicts.map(({ node }) => node).sort();
  const commands = last.next.map((command) => command.replace(` ${last.node} `, ` ${nodes.join(' ')} `));
  return [...lines.map((line, index) => `${index === 0 ? colors.dim(clock) : ' '.repeat(clock.length)}  ${line}`), '', next(commands)].join(
    '\n',
  );
}

function linesOfOne({ role, promoted, writable, actingMaster, readableFrom, missingTopics }: Verdict): string[] {
  const isBroker = role === 'broker';
  const whose = isBroker ? 'its messages' : 'messages';
  return [
    ...(promoted ? [`${promoted} is the new master`] : []),
    ...(isBroker && !promoted && !writable ? ['no new master: nobody takes its sends until it is back'] : []),
    ...(actingMaster ? [`${actingMaster} stands in for it, read-only (slaveActingMaster)`] : []),
    readableFrom ? `${whose} are read from ${readableFrom}` : `${whose} cannot be read now`,
    ...(missingTopics.length > 0 ? [`but ${readableFrom} does not know ${missingTopics.join(', ')} yet`] : []),
  ];
}

/** Nodes of which the same is true share a line. */
function linesOfSeveral(verdicts: readonly Verdict[]): string[] {
  const nodesOf = new Map<string, string[]>();
  for (const verdict of verdicts.filter(({ role }) => role === 'broker')) {
    const { promoted, writable, actingMaster, readableFrom, missingTopics } = verdict;
    const lines = [
      promoted
        ? `${promoted} is the new master`
        : writable
          ? 'another master takes sends'
          : 'no new master: nobody takes sends until one is back',
      ...(actingMaster ? [`${actingMaster} stands in, read-only (slaveActingMaster)`] : []),
      readableFrom ? `messages are read from ${readableFrom}` : 'messages cannot be read now',
      ...(missingTopics.length > 0 ? [`${readableFrom} does not know ${missingTopics.join(', ')} yet`] : []),
    ];
    for (const line of lines) nodesOf.set(line, [...(nodesOf.get(line) ?? []), verdict.node]);
  }
  const [{ readableFrom }] = verdicts as [Verdict];
  const ofOthers = readableFrom ? `messages are read from ${readableFrom}` : 'messages cannot be read now';
  return nodesOf.size === 0 ? [ofOthers] : [...nodesOf].map(([line, nodes]) => `${nodes.sort().join(', ')}: ${line}`);
}

function linesOfCluster({ writableOn, routedBy, proxiedBy, controllers }: Verdict, verdicts: readonly Verdict[]): string[] {
  return [
    writableOn.length > 0 ? `sends still go to ${writableOn.join(', ')}` : 'no broker of the cluster takes sends',
    `NameServers that answer: ${routedBy.join(', ') || 'none; only clients that already know the route find a broker'}`,
    ...(controllers ? [controllersLine(controllers)] : []),
    ...(verdicts.some(({ role }) => role === 'proxy')
      ? [`proxies that answer: ${proxiedBy.join(', ') || 'none; gRPC clients reach no broker'}`]
      : []),
  ];
}

function controllersLine({ leader, answering, total, needed }: Controllers): string {
  const answer = `${answering.length} of ${total} ${answering.length === 1 ? 'answers' : 'answer'}`;
  if (leader !== null) return `controllers: ${leader} leads, ${answer}`;
  const why = answering.length < needed ? `, and ${needed} are needed to elect one` : '';
  return `controllers: none leads (${answer}${why}): no failover is possible until one does`;
}
