import type { JournalEvent } from '../../contract/events.js';
import type { NodeSpec } from '../spec/node-spec.js';
import type { Journal } from './journal.js';

const EVENT = 'role-changed';

/** Who was seen last as the master of each group that elects it. Every change is an event of the journal. */
export class Elections {
  readonly #journal: Journal;
  readonly #now = new Map<string, string | null>();
  readonly #last = new Map<string, string>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Continues from what an earlier daemon saw. */
  recover(events: readonly JournalEvent[]): void {
    for (const { type, data } of events) {
      if (type !== EVENT || typeof data?.brokerName !== 'string') continue;
      const master = typeof data.master === 'string' ? data.master : null;
      this.#remember(data.brokerName, master);
    }
  }

  /** The master of `brokerName`, or its last one. */
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
