import type { ProcessIdentity, RunningProcess } from '../base/process.js';

/** What the supervisor needs to get a process; `process/launcher.ts` fulfils it. `S` is what a launch needs; the supervisor hands it through unread. */
export interface Launcher<S> {
  launch(spec: S): Promise<RunningProcess>;
  /** @returns undefined if no such process lives, or its pid belongs to another process now. */
  adopt(identity: ProcessIdentity): Promise<RunningProcess | undefined>;
}
