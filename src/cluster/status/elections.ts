import type { JournalEvent } from '../../contract/events.js';
import type { Cluster } from '../cluster.js';
import { isElected, type NodeSpec } from '../spec/node-spec.js';
import type { Journal } from '../state/journal.js';
import type { ClusterMeter } from './meter.js';

const EVENT = 'role-changed';

/** Who was seen last as the master of each group that elects it. Every change is an event of the journal. */
export class Elections {
  readonly #journal: Journal;
  readonly #now = new Map<string, string | null>();
  readonly #last = new Map<string, string>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Takes up what an earlier daemon saw. */
  recover(events: readonly JournalEvent[]): void {
    for (const { type, data } of events) {
      if (type !== EVENT || typeof data?.brokerName !== 'string') continue;
      const master = typeof data.master === 'string' ? data.master : null;
      this.#remember(data.brokerName, master);
    }
  }

  /** The master of `brokerName`, or the one that it had last. */
  lastMaster(brokerName: string): string | undefined {
    return this.#last.get(brokerName);
  }

  /** The NameServers list `master` (null: nobody) as the master of the group of `member` now. */
  note({ brokerName, election }: Pick<NodeSpec, 'brokerName' | 'election'>, master: string | null): void {
    if (brokerName === null || (this.#now.get(brokerName) ?? null) === master) return;
    const before = this.#last.get(brokerName) ?? null;
    const word = election === 'dledger' ? 'leader' : 'master';
    const was = before === null || before === master ? '' : `; before it was ${before}`;
    const message = master === null ? `${brokerName} has no ${word}${was}` : `${master} is the ${word} of ${brokerName}${was}`;
    this.#remember(brokerName, master);
    this.#journal.record(EVENT, master, message, { brokerName, master, before });
  }

  #remember(brokerName: string, master: string | null): void {
    this.#now.set(brokerName, master);
    if (master !== null) this.#last.set(brokerName, master);
  }
}

/** Asks the NameServers who leads each group that elects its master. A group of which nothing is wanted up has nothing to tell. */
export async function noteElections(cluster: Cluster, meter: ClusterMeter): Promise<void> {
  const groups = new Map(cluster.specs.filter(isElected).map((spec) => [spec.brokerName as string, spec]));
  const isWanted = (brokerName: string) =>
    cluster.specs.some((spec) => spec.brokerName === brokerName && cluster.supervisor(spec.id).intent === 'up');
  const wanted = [...groups].filter(([brokerName]) => isWanted(brokerName));
  if (wanted.length === 0) return;
  const routes = await meter.routes();
  // Nobody could be asked: that says nothing of the group.
  if (routes.size === 0) return;
  for (const [brokerName, member] of wanted) {
    const addresses = [...routes.values()].flatMap((view) => view.get(brokerName)?.get(0) ?? []);
    const master = cluster.specs.find((spec) => addresses.includes(spec.registeredAddress));
    if (master || isWanted(brokerName)) cluster.elections.note(member, master?.id ?? null);
  }
}
