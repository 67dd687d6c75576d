/**
 * What is worth knowing beside a result, for scripts: in a stream an object of its own, `{ "event": "notice", "message": … }`, at once;
 * in an answer of one object its array `notices`.
 */
export class JsonNotices {
  readonly #print: (value: object) => void;
  #isStream = false;
  #kept: string[] = [];

  constructor(print: (value: object) => void) {
    this.#print = print;
  }

  tell(message: string): void {
    if (this.#isStream) this.#print({ event: 'notice', message });
    else this.#kept.push(message);
  }

  /** What is printed from now on is a stream. */
  beginStream(): void {
    this.#isStream = true;
    for (const message of this.#kept.splice(0)) this.tell(message);
  }

  /** @returns the one answer of a command, with what was told before it. */
  in<T extends object>(answer: T): T & { notices: string[] } {
    return { ...answer, notices: this.#kept.splice(0) };
  }
}
