import type { Clock } from '../../base/clock.js';
import type { ProfileSources } from '../../profile/profile-sources.js';

/** A file that an editor is still writing changes within this time. */
const SETTLED_MS = 200;
/** How often the files are looked at without an event: network file systems and WSL tell none. */
const LOOK_EVERY_MS = 3_000;

export type SourceWatch = {
  /** What the cluster was made from; later saves are compared with what was handed to `apply` last. */
  first: ProfileSources;
  read: (known: ProfileSources) => Promise<ProfileSources>;
  /** Watches these places from now on; `onChange` may come too often. */
  watch: (places: readonly string[], onChange: () => void) => Promise<void>;
  /** Takes up a save. The next one waits until it is done; of several saves meanwhile only the newest counts. */
  apply: (saved: readonly string[]) => Promise<void>;
  /** Files of the profile that are gone, empty or not readable. Nothing is applied until they are back. */
  onMissing: (missing: readonly string[]) => void;
  clock: Clock;
  signal: AbortSignal;
};

/** Hands on each save of the files that a profile is made from, once they are written whole, until `signal` aborts. @throws what `apply` throws */
export async function watchSources({ first, read, watch, apply, onMissing, clock, signal }: SourceWatch): Promise<void> {
  let applied = first;
  let seen: ProfileSources | undefined;
  let missingBefore = '';
  let isChanged = false;
  let wake = () => {};
  const onChange = () => {
    isChanged = true;
    wake();
  };
  while (!signal.aborted) {
    const isWoken = isChanged;
    isChanged = false;
    const now = await settled(seen ?? applied);
    // An event may have been that of a folder which was replaced.
    if (isWoken || seen === undefined || !isSame(seen, now)) await watch([...now.keys()], onChange);
    seen = now;
    if (signal.aborted) return;
    // An editor that removes the file before it writes it anew must not bring up a profile of the same name that lies elsewhere.
    const missing = [...now.keys()].filter((file) => !isThere(now, file) && isThere(applied, file));
    // A file that is extended from now on has come by a save of the one that says so.
    const saved = [...now.keys()].filter((file) => applied.has(file) && isThere(now, file) && differ(applied, now, file));
    if (missing.length > 0 && missing.join('\n') !== missingBefore) onMissing(missing);
    missingBefore = missing.join('\n');
    if (missing.length === 0 && saved.length > 0) {
      applied = now;
      await apply(saved);
    } else if (!isChanged) await sleepUntilChanged();
  }

  /** @returns what lies there once two looks in a row agree. */
  async function settled(known: ProfileSources): Promise<ProfileSources> {
    for (let before = known; ; ) {
      const last = await read(before);
      if (signal.aborted || isSame(before, last)) return last;
      before = last;
      await clock.sleep(SETTLED_MS, signal);
    }
  }

  async function sleepUntilChanged(): Promise<void> {
    const awake = new AbortController();
    wake = () => awake.abort();
    const asleep = AbortSignal.any([awake.signal, signal]);
    await clock.sleep(LOOK_EVERY_MS, asleep);
    wake = () => {};
  }
}

function isThere(sources: ProfileSources, file: string): boolean {
  return (sources.get(file)?.text.trim() ?? '') !== '';
}

function differ(one: ProfileSources, other: ProfileSources, file: string): boolean {
  const [before, now] = [one.get(file), other.get(file)];
  return before?.text !== now?.text || before?.modifiedMs !== now?.modifiedMs;
}

function isSame(one: ProfileSources, other: ProfileSources): boolean {
  return one.size === other.size && [...other.keys()].every((file) => one.has(file) && !differ(one, other, file));
}
