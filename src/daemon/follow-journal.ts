import type { Journal } from '../cluster/state/journal.js';
import type { JournalEvent } from '../contract/events.js';

type Request = { follow: boolean; lines: number | undefined; wanted: ReadonlySet<string> | undefined; closed: AbortSignal };

/** Gives the kept events, then, with `follow`, the new ones, until `closed` aborts; none is lost or doubled between the two. */
export async function followJournal(
  journal: Journal,
  { follow, lines, wanted, closed }: Request,
  emit: (event: JournalEvent) => void | Promise<void>,
): Promise<void> {
  const isWanted = (event: JournalEvent) => wanted === undefined || (event.node !== null && wanted.has(event.node));
  let wake = () => {};
  // Read and subscribe in one turn: nothing can be recorded in between.
  const queue = journal.read().filter(isWanted);
  const unsubscribe = journal.subscribe((event) => {
    if (!isWanted(event)) return;
    queue.push(event);
    wake();
  });
  if (lines !== undefined) queue.splice(0, Math.max(0, queue.length - lines));
  closed.addEventListener('abort', () => wake(), { once: true });
  try {
    while (!closed.aborted) {
      for (let event = queue.shift(); event && !closed.aborted; event = queue.shift()) await emit(event);
      if (!follow) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (closed.aborted || queue.length > 0) resolve();
      });
    }
  } finally {
    unsubscribe();
  }
}
