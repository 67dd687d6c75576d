import { isReservedId, NODE_ID } from '../profile/names.js';

/** Unique ids for a profile: on a Mac, folder names do not distinguish case. */
export class NodeIds {
  readonly #taken = new Set<string>();

  /** @returns `<stem><end>`, or `<stem>-2<end>` and so on if it is in use; `stem` is changed to a valid beginning of an id. */
  allot(stem: string, end = '', separator = '-'): string {
    const plain = stem.replace(/[^\w-]/g, '-').slice(0, 50);
    const base = NODE_ID.test(plain) ? plain : 'broker-a';
    const isFree = (id: string) => !this.#taken.has(id.toLowerCase()) && !isReservedId(id);
    const id = firstFree(base + end, isFree, (number) => (end === '-s' ? `${base}${end}${number}` : `${base}${separator}${number}${end}`));
    this.#taken.add(id.toLowerCase());
    return id;
  }
}

/** @returns `wanted`, or the first of `next(2)`, `next(3)` and so on that is free. */
export function firstFree(wanted: string, isFree: (name: string) => boolean, next: (number: number) => string): string {
  let name = wanted;
  for (let number = 2; !isFree(name); number += 1) name = next(number);
  return name;
}
