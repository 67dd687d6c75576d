import { type Access, routeOf } from './cluster-access.js';
import { type Commit, type FailedCommit, OffsetCommits } from './offset-commits.js';
import { whyAt } from './queue-reader.js';
import { masterOf } from './queues.js';
import type { Opened } from './store-order.js';

const COMMIT_EVERY_MS = 1_000;

/** Commits the progress of a group while its queues are read. */
export class GroupProgress {
  readonly #access: Access;
  readonly #group: string;
  readonly #topic: string;
  readonly #readers: ReadonlyMap<string, Opened>;
  readonly #notice: (text: string) => void;
  readonly #commits: OffsetCommits;
  readonly #committed = new Map<string, number>();
  #committedAt = Number.NEGATIVE_INFINITY;
  #underWay: Promise<void> | undefined;

  constructor(
    access: Access,
    { group, topic }: { group: string; topic: string },
    readers: ReadonlyMap<string, Opened>,
    notice: (text: string) => void,
  ) {
    // The last commit also happens after Ctrl-C.
    this.#access = { ...access, signal: new AbortController().signal };
    this.#group = group;
    this.#topic = topic;
    this.#readers = readers;
    this.#notice = notice;
    this.#commits = new OffsetCommits(group, topic);
  }

  /** What was committed here, by `queueKey`. */
  get committed(): ReadonlyMap<string, number> {
    return this.#committed;
  }

  /** At most once a second, except the last one. Never rejects: a failed commit is tried again, and reported at the end. */
  async commit({ isLast }: { isLast: boolean } = { isLast: false }): Promise<void> {
    const { clock } = this.#access;
    if (!isLast && (this.#underWay !== undefined || clock.monotonicMs() - this.#committedAt < COMMIT_EVERY_MS)) return;
    await this.#underWay;
    this.#underWay = this.#commit(isLast).finally(() => {
      this.#committedAt = clock.monotonicMs();
      this.#underWay = undefined;
    });
    await this.#underWay;
  }

  /** Only if something was read: a group that was shown nothing of a queue gets no offset in it. */
  async #commit(isLast: boolean): Promise<void> {
    const moved = [...this.#readers].filter(
      ([key, { reader, from }]) => reader.position !== from && (isLast || reader.position !== this.#committed.get(key)),
    );
    if (moved.length === 0) return;
    const route = await routeOf(this.#access, this.#topic).catch(() => undefined);
    const failed: FailedCommit[] = [];
    const keyOf = new Map<Commit, string>();
    for (const [key, { reader }] of moved) {
      const { queue, position } = reader;
      // Only masters keep offsets.
      const address = route && masterOf(route, queue.brokerName);
      const commit = { ...queue, address: address ?? queue.address, offset: position };
      if (address === undefined) failed.push({ commit, error: new Error(`${queue.brokerName} has no master now`) });
      else keyOf.set(commit, key);
    }
    failed.push(...(await this.#commits.commit(this.#access, [...keyOf.keys()], { verify: isLast })));
    for (const { commit } of failed) keyOf.delete(commit);
    for (const [commit, key] of keyOf) this.#committed.set(key, commit.offset);
    if (isLast) this.#tellFailed(failed);
  }

  #tellFailed(failed: readonly FailedCommit[]): void {
    for (const brokerName of new Set(failed.map(({ commit }) => commit.brokerName))) {
      const some = failed.filter(({ commit }) => commit.brokerName === brokerName);
      const [first] = some as [FailedCommit];
      const where = some.length === 1 ? `queue ${first.commit.queueId}` : `${some.length} queues`;
      this.#notice(
        `the offset of ${this.#group} in ${where} of ${brokerName} could not be committed: ${whyAt(first.commit.address, first.error)}; the next run reads those messages again`,
      );
    }
  }
}
