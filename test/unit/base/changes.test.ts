import { expect, test, vi } from 'vitest';
import { Changes } from '../../../src/base/changes.js';
import { Disposables } from '../../../src/base/disposables.js';

test('a condition that holds already is not waited for', async () => {
  await new Changes().until(() => true);
});

test('a condition is tried after each change, until it holds', async () => {
  const changes = new Changes();
  let value = 0;
  const met = vi.fn();
  const waiting = changes.until(() => value >= 2).then(met);
  for (const next of [1, 2]) {
    expect(met).not.toHaveBeenCalled();
    value = next;
    changes.notify();
    await Promise.resolve();
  }
  await waiting;
  expect(met).toHaveBeenCalledOnce();
});

test('a wait ends with what its condition throws, or what its signal was aborted with', async () => {
  const changes = new Changes();
  const controller = new AbortController();
  let failure: Error | undefined;
  const failing = changes.until(() => {
    if (failure) throw failure;
    return false;
  });
  const aborted = changes.until(() => false, controller.signal);
  failure = new Error('given up');
  changes.notify();
  controller.abort(new Error('timeout'));
  await expect(failing).rejects.toThrow('given up');
  await expect(aborted).rejects.toThrow('timeout');
  await expect(changes.until(() => true, controller.signal)).rejects.toThrow('timeout');
});

test('a listener may end itself, and others hear on', () => {
  const changes = new Changes();
  const heard: string[] = [];
  const end = changes.listen(() => {
    heard.push('once');
    end();
  });
  changes.listen(() => heard.push('always'));
  changes.notify();
  changes.notify();
  expect(heard).toEqual(['once', 'always', 'always']);
});

test('undo steps run once, the last first', () => {
  const steps: number[] = [];
  const work = new Disposables();
  for (const step of [1, 2, 3]) work.add(() => steps.push(step));
  work[Symbol.dispose]();
  work[Symbol.dispose]();
  expect(steps).toEqual([3, 2, 1]);
});
