import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../../src/base/clock.js';
import { watchSources } from '../../../../src/cli/watch/watch-sources.js';
import type { ProfileSources, SourceFile } from '../../../../src/profile/profile-sources.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const LONGEST_LOOK_MS = 3_000;
const SETTLED_MS = 200;

/** A profile of files in memory, watched; `save` is seen at once, as an event, `steal` without one. */
class Scene {
  readonly applied: { files: readonly string[]; texts: (string | undefined)[] }[] = [];
  readonly missing: (readonly string[])[] = [];
  places: readonly string[] = [];
  reads = 0;
  readonly #files = new Map<string, { text: string; modifiedMs: number }>();
  readonly #ending = new AbortController();
  readonly #onApply: (() => Promise<void>)[] = [];
  #modified = 0;
  #onChange = () => {};
  readonly done: Promise<void>;

  constructor(
    files: Record<string, string>,
    readonly placesNow: () => string[] = () => ['mine', 'base'],
  ) {
    for (const [file, text] of Object.entries(files)) this.steal(file, text);
    this.done = watchSources({
      first: this.#sources(),
      read: async () => {
        this.reads += 1;
        return this.#sources();
      },
      watch: async (places, onChange) => {
        this.places = places;
        this.#onChange = onChange;
      },
      apply: async (saved) => {
        this.applied.push({ files: saved, texts: saved.map((file) => this.#files.get(file)?.text) });
        await this.#onApply.shift()?.();
      },
      onMissing: (files) => this.missing.push(files),
      clock: systemClock,
      signal: this.#ending.signal,
    });
  }

  save(file: string, text: string): void {
    this.steal(file, text);
    this.#onChange();
  }

  remove(file: string): void {
    this.#files.delete(file);
    this.#onChange();
  }

  /** Changes the file where the system tells nothing of it. */
  steal(file: string, text: string): void {
    this.#modified += 1;
    this.#files.set(file, { text, modifiedMs: this.#modified });
  }

  /** The next `apply` lasts until the returned function is called. */
  holdApply(): () => void {
    let finish = () => {};
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    this.#onApply.push(() => held);
    return finish;
  }

  async passes(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.passes(0);
    await this.done;
  }

  #sourceOf(file: string): SourceFile | undefined {
    const source = this.#files.get(file);
    return source && { ...source, extends: undefined, isSettled: true };
  }

  #sources(): ProfileSources {
    return new Map(this.placesNow().map((file) => [file, this.#sourceOf(file)]));
  }
}

test('a save is handed on once it stays as it is; of several in a row only the last', async () => {
  const scene = new Scene({ mine: 'a' });
  await scene.passes(SETTLED_MS);
  for (const text of ['b', 'bc', 'bcd']) {
    scene.save('mine', text);
    await scene.passes(SETTLED_MS - 50);
  }
  expect(scene.applied).toEqual([]);
  await scene.passes(SETTLED_MS);
  expect(scene.applied).toEqual([{ files: ['mine'], texts: ['bcd'] }]);
  await scene.end();
});

test('saves during an apply are taken up after it, the newest alone', async () => {
  const scene = new Scene({ mine: 'a' });
  const finish = scene.holdApply();
  scene.save('mine', 'b');
  await scene.passes(SETTLED_MS);
  for (const text of ['c', 'd']) {
    scene.save('mine', text);
    await scene.passes(LONGEST_LOOK_MS);
  }
  expect(scene.applied).toHaveLength(1);
  finish();
  await scene.passes(SETTLED_MS);
  expect(scene.applied.slice(1)).toEqual([{ files: ['mine'], texts: ['d'] }]);
  await scene.end();
});

test('a save that only writes the same again is one: whoever has mended a port tries it so', async () => {
  const scene = new Scene({ mine: 'a' });
  await scene.passes(SETTLED_MS);
  scene.save('mine', 'a');
  await scene.passes(SETTLED_MS);
  expect(scene.applied).toHaveLength(1);
  await scene.passes(10 * LONGEST_LOOK_MS);
  expect(scene.applied).toHaveLength(1);
  await scene.end();
});

test('a change that the system does not tell is seen by a look every 3 s, and a quiet profile costs nothing else', async () => {
  const scene = new Scene({ mine: 'a' });
  await scene.passes(SETTLED_MS);
  const before = scene.reads;
  await scene.passes(10 * LONGEST_LOOK_MS);
  expect(scene.reads - before).toBe(10);
  scene.steal('mine', 'b');
  await scene.passes(LONGEST_LOOK_MS + SETTLED_MS);
  expect(scene.applied).toEqual([{ files: ['mine'], texts: ['b'] }]);
  await scene.end();
});

test('while the file of the profile is gone or empty nothing is applied, and it is said once', async () => {
  const scene = new Scene({ mine: 'a', base: 'b' });
  await scene.passes(SETTLED_MS);
  scene.remove('mine');
  await scene.passes(SETTLED_MS);
  scene.save('mine', ' \n');
  await scene.passes(10 * LONGEST_LOOK_MS);
  expect({ missing: scene.missing, applied: scene.applied }).toEqual({ missing: [['mine']], applied: [] });
  scene.save('mine', 'c');
  await scene.passes(SETTLED_MS);
  expect(scene.applied).toEqual([{ files: ['mine'], texts: ['c'] }]);
  await scene.end();
});

test('a parent that is extended no more may go; a new one is watched from then on', async () => {
  let places = ['mine', 'base'];
  const scene = new Scene({ mine: 'extends base', base: 'b' }, () => places);
  await scene.passes(SETTLED_MS);
  places = ['mine', 'other'];
  scene.steal('other', 'o');
  scene.remove('base');
  scene.save('mine', 'extends other');
  await scene.passes(SETTLED_MS);
  expect(scene).toMatchObject({ missing: [], places: ['mine', 'other'], applied: [{ files: ['mine'] }] });
  scene.save('other', 'p');
  await scene.passes(SETTLED_MS);
  expect(scene.applied.slice(1)).toEqual([{ files: ['other'], texts: ['p'] }]);
  await scene.end();
});

test('it ends at once, also between a save and its apply', async () => {
  const scene = new Scene({ mine: 'a' });
  await scene.passes(SETTLED_MS);
  scene.save('mine', 'b');
  await scene.end();
  expect(scene.applied).toEqual([]);
});
