/**
 * How a stop sees that a process has put away all that it holds, before that process ends by itself. What it holds, and what shows that it
 * is safe, is known to those who make one.
 */
export interface Closing {
  /** What was proved once `isClosed` has said yes, for people, after the name of the node: `has closed its store`. */
  readonly proved: string;
  /** Resolves when the process may be told to end: soon, whatever the process does. Never rejects. */
  ready(): Promise<void>;
  /** Is all that it holds safe on disk, so that nothing is lost by a SIGKILL? A doubt is a no. Never rejects. */
  isClosed(): Promise<boolean>;
  /** The process has ended, or nobody waits for its close any more. */
  end(): void;
}

/** How often a process that was told to end is looked at. */
export const CLOSING_EVERY_MS = 25;
