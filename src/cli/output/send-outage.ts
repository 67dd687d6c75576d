import type { SendEvent } from '../../traffic/send-all.js';

type Failed = Extract<SendEvent, { event: 'failed' }>;

/** Tells the first failure of an outage, and then only how many more there were: a steady send meets hundreds. The last reason is that of the run. */
export class SendOutage {
  readonly #tell: (text: string) => void;
  #isOn = false;
  #more = 0;
  #last = 0;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  failed({ n, tries, why }: Failed): void {
    if (this.#isOn) {
      this.#more += 1;
      this.#last = Math.max(this.#last, n);
      return;
    }
    this.#isOn = true;
    this.#tell(`message ${n} after ${tries} ${tries === 1 ? 'try' : 'tries'}: ${why}`);
  }

  /** @param isStoredAgain a message was stored after it; else the send is over */
  ended({ isStoredAgain } = { isStoredAgain: false }): void {
    if (this.#more > 0)
      this.#tell(
        `${this.#more} more ${this.#more === 1 ? 'message' : 'messages'}, up to message ${this.#last}${isStoredAgain ? '; then they are stored again' : ''}`,
      );
    this.#isOn = false;
    this.#more = 0;
    this.#last = 0;
  }
}
