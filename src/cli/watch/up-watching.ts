import { systemClock } from '../../base/clock.js';
import { type ErrorCode, RmqdevError, toRmqdevError } from '../../base/errors.js';
import { packageVersion } from '../../base/version.js';
import { ConnectedClient } from '../../client/connected-client.js';
import type { Plan, ProgressItem } from '../../contract/events.js';
import type { ParamsInput } from '../../contract/routes.js';
import { SHIPPED_PROFILES } from '../../profile/find-profile.js';
import { readProfileSources } from '../../profile/profile-sources.js';
import type { NodeChange } from '../output/watch-text.js';
import type { Session } from '../session.js';
import { watchSources } from './watch-sources.js';
import { WatchedFiles } from './watched-files.js';

/** What is wrong with the profile itself; whoever corrects it saves it, and need not run anything. */
const OF_THE_PROFILE: ReadonlySet<ErrorCode> = new Set(['PROFILE_INVALID', 'PROFILE_NOT_FOUND', 'NAME_INVALID']);

/** How often a save is tried again while another command changes the cluster. */
const BUSY_AGAIN_MS = 1_000;

/** `dryRun`: a save shows what it would change. */
export type UpWatching = { params: ParamsInput<'up'>; dryRun: boolean; isVerbose: boolean };

/**
 * Calls `up`, and again after each save of a file of the profile, until Ctrl-C.
 * @param first makes the first `up` and tells it as `up` does, with its progress from `show`; resolves with the name of the cluster
 * @throws RmqdevError what `first` throws; INTERRUPTED if Ctrl-C comes while a save is being taken up
 */
export async function upWatching(
  { params, dryRun, isVerbose }: UpWatching,
  { output, home, signal }: Session,
  first: (show: (item: ProgressItem) => void) => Promise<string>,
): Promise<void> {
  const folders = { cwd: params.caller.cwd, userProfiles: home.profiles, shippedProfiles: SHIPPED_PROFILES };
  // Before the first `up`: what is saved meanwhile is taken up after it.
  const sources = await readProfileSources(params.profile, folders);
  const notices = new Set<string>();
  const show = (item: ProgressItem) => {
    if (item.event === 'notice') notices.add(item.message);
    output.progress(item);
  };
  const cluster = await first(show);
  const files = [...sources].flatMap(([file, source]) => (source ? [file] : []));
  output.watch({ event: 'watching', cluster, files, dryRun });

  let onChange = () => {};
  await using watched = new WatchedFiles(() => onChange());
  await watchSources({
    first: sources,
    read: (known) => readProfileSources(params.profile, folders, known),
    watch: (places, listener) => {
      onChange = listener;
      return watched.set(places);
    },
    apply: (saved) => whenFree(() => takeUp(saved)).catch(tellFailure),
    onMissing: (missing) => output.watch({ event: 'missing', files: missing }),
    clock: systemClock,
    signal,
  });
  output.watch({ event: 'watch-ended', cluster });

  /** Another command may be changing the cluster: a save is not lost by that. */
  async function whenFree(work: () => Promise<void>): Promise<void> {
    for (let isTold = false; ; isTold = true) {
      try {
        return await work();
      } catch (error) {
        if (signal.aborted || toRmqdevError(error).code !== 'CLUSTER_BUSY') throw error;
        if (!isTold) output.notice(`${toRmqdevError(error).text.what}: the save is applied after that`);
        await systemClock.sleep(BUSY_AGAIN_MS, signal);
      }
    }
  }

  async function takeUp(saved: readonly string[]): Promise<void> {
    // As a command of its own: a daemon that has ended meanwhile is started.
    const client = new ConnectedClient(home, packageVersion());
    let isTold = false;
    const tellSaved = () => {
      if (!isTold) output.watch({ event: 'saved', files: saved });
      isTold = true;
    };
    try {
      if (dryRun) {
        const plan = await client.stream('plan', params, () => {}, signal);
        if (!differs(plan)) return output.watch({ event: 'unchanged', files: saved, hasTopics: false });
        tellSaved();
        return output.watch({ event: 'plan', plan });
      }
      let plan: Plan | undefined;
      const onItem = (item: ProgressItem) => {
        if (item.event === 'plan') plan = item.plan;
        // If nothing differs, only what has not been said before is worth a line.
        const isOld = item.event !== 'notice' || notices.has(item.message);
        if (plan !== undefined && !differs(plan) && isOld) return;
        tellSaved();
        show(item);
      };
      const result = await client.stream('up', params, onItem, signal);
      output.endProgress();
      const nodes = plan === undefined ? {} : changesOf(plan);
      const hasTopics = 'topics and groups' in result.stages;
      if (Object.keys(nodes).length === 0) return output.watch({ event: 'unchanged', files: saved, hasTopics });
      output.watch({ event: 'applied', cluster: result.cluster, state: result.state, readyMs: result.readyMs, nodes });
    } catch (error) {
      output.endProgress();
      tellSaved();
      throw error;
    }
  }

  function tellFailure(error: unknown): void {
    if (signal.aborted && dryRun) return;
    if (signal.aborted) throw error;
    const { code, text, cause } = toRmqdevError(error);
    const next = OF_THE_PROFILE.has(code) ? 'Nothing was changed. Correct the profile and save it' : text.next;
    output.watchFailed(new RmqdevError(code, { ...text, next }, { cause }), isVerbose);
  }
}

function changesOf(plan: Plan): Record<string, NodeChange> {
  return Object.fromEntries(plan.nodes.flatMap(({ id, change }) => (change === 'none' ? [] : [[id, change]])));
}

const differs = (plan: Plan): boolean => Object.keys(changesOf(plan)).length > 0;
