import { type Context, createContext, Script } from 'node:vm';
import { RmqdevError, systemCode } from '../base/errors.js';

/** How long one record may take; half of it in CPU time is enough to give up. A usual pattern needs a millisecond for a record of 1 MiB. */
const RECORD_LIMIT_MS = 1_000;

/** What a first look at many records at once may take. */
const LOOK_LIMIT_MS = 200;
/** What may match a record alone and not a text that contains it: a look-around that must not match, and a group that switches flags off. */
const NEEDS_RECORD = /\(\?(?:<?!|[a-z]*-)/;

/** `next` is the text to match, `many` the text of many records. */
type State = { texts: readonly string[]; next: number; found: number[]; many: string };

/**
 * A regular expression from the user: JavaScript's own, with look-ahead and so on, so one text can take years. It runs in a context of
 * `node:vm`, the only way in Node.js to interrupt a match; texts go in by the hundred, because each entry costs 0.2 ms.
 */
export class LogPattern {
  readonly #text: string;
  readonly #limitMs: number;
  readonly #state: State = { texts: [], next: 0, found: [], many: '' };
  readonly #context: Context;
  readonly #search: Script;
  readonly #look: Script;
  #canLook: boolean;

  /** @param text matched without regard to case. @throws RmqdevError USAGE if it is not a regular expression */
  constructor(text: string, limitMs = RECORD_LIMIT_MS) {
    this.#text = text;
    this.#limitMs = limitMs;
    // This one is only for the error message; the one that searches belongs to the other context, where V8 runs it five times faster.
    parse(text);
    this.#context = createContext({ state: this.#state, text });
    new Script(SETUP).runInContext(this.#context);
    this.#search = new Script('search(state)');
    this.#look = new Script('looseMatch(state)');
    this.#canLook = !NEEDS_RECORD.test(text);
  }

  /**
   * @returns the indexes of the texts that match, in order
   * @throws RmqdevError PATTERN_TOO_COSTLY if one of them takes longer than the limit, or more memory than a match may use
   */
  matching(texts: readonly string[]): readonly number[] {
    const state = this.#state;
    Object.assign(state, { texts, next: 0, found: [] });
    let timeout = this.#limitMs;
    while (state.next < texts.length) {
      const first = state.next;
      const cpu = process.cpuUsage();
      try {
        this.#search.runInContext(this.#context, { timeout });
      } catch (error) {
        if (systemCode(error) !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw this.#tooCostly('it needs more memory than a match may use', error);
        const isSameRecord = state.next === first;
        const { user, system } = process.cpuUsage(cpu);
        if (isSameRecord && (user + system) / 1_000 >= this.#limitMs / 2) throw this.#tooCostly('it did not end', error);
        // The process was stopped (Ctrl-Z), or other programs used the CPU: the clock ran, the match did not.
        timeout = isSameRecord ? timeout * 2 : this.#limitMs;
      }
    }
    return state.found;
  }

  /**
   * A first look at the text of many records, each from the start of a line to the end of one: much quicker than one after the other.
   * @returns false if no record in `lines` can match; true if one may
   */
  mayMatch(lines: string): boolean {
    if (!this.#canLook) return true;
    this.#state.many = lines;
    try {
      return this.#look.runInContext(this.#context, { timeout: LOOK_LIMIT_MS });
    } catch {
      // A pattern may be costly for so much text and not for a record.
      this.#canLook = false;
      return true;
    }
  }

  #tooCostly(why: string, cause: unknown): RmqdevError {
    const length = this.#state.texts[this.#state.next]?.length ?? 0;
    return new RmqdevError(
      'PATTERN_TOO_COSTLY',
      {
        what: `the search for --grep ${this.#text} was given up`,
        why: `on one record of ${length} ${length === 1 ? 'character' : 'characters'} ${why}`,
        next: 'Use a pattern without one repetition inside another: a+$ instead of (a+)+$, .* only once',
      },
      { cause },
    );
  }
}

const SETUP = `
const pattern = new RegExp(text, 'i');
// Each record begins and ends with a line, so ^ and $ match there too.
const loose = new RegExp(text, 'im');
const looseMatch = ({ many }) => loose.test(many);
function search(state) {
  const { texts, found } = state;
  for (; state.next < texts.length; state.next += 1) if (pattern.test(texts[state.next])) found.push(state.next);
}`;

function parse(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch (error) {
    throw new RmqdevError(
      'USAGE',
      {
        what: `--grep ${text} is not a regular expression`,
        why: (error as Error).message,
        next: 'Escape special characters with a backslash: --grep "\\[REJECTREQUEST\\]"',
      },
      { cause: error },
    );
  }
}
