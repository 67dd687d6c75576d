import { RmqdevError } from '../../base/errors.js';
import type { ClusterPaths } from '../../base/paths.js';
import { markedBelow } from '../../process/find-marked.js';
import { Ending } from '../../supervisor/ending.js';
import type { StopManner } from '../../supervisor/node-run.js';
import type { World } from '../world.js';
import { nodeMarkerPrefix } from './own-processes.js';

/** A JVM with the marker of one of the cluster's nodes that is in no state file. */
export type Stray = { node: string; pid: number };

/** How long a stray may take to close its store before it is killed: the longest time of all releases (facts on stopping). */
const STOP_TIMEOUT_MS = 30_000;

/** @returns the names of clusters of this home that have live JVMs, by the markers on their command lines: the folders may be gone. */
export async function clustersWithNodes({ platform, home }: Pick<World, 'platform' | 'home'>): Promise<Set<string>> {
  const marked = await markedBelow(platform, [`-Drmqdev.node=${home.clusters}/`]);
  return new Set(marked.map(({ name }) => name.split('/')[0] ?? ''));
}

/** @returns the live JVMs of the nodes below `paths`, by the marker on their command lines. */
export async function strayNodes({ platform }: Pick<World, 'platform'>, paths: ClusterPaths): Promise<Stray[]> {
  return (await markedBelow(platform, [nodeMarkerPrefix(paths)])).map(({ name, pid }) => ({ node: name, pid }));
}

/** Ends the strays as a stop of that manner does. @returns how each ended, one sentence each */
export async function endStrays(
  world: Pick<World, 'platform' | 'launcher' | 'clock' | 'log'>,
  strays: readonly Stray[],
  manner: StopManner,
): Promise<string[]> {
  const ends = strays.map(async ({ node, pid }) => {
    const startTime = await world.platform.startTime(pid);
    const running = startTime === undefined ? undefined : await world.launcher.adopt({ pid, startTime });
    if (!running) return `${node} (pid ${pid}) was gone already`;
    let how = manner === 'at-once' ? 'was killed at once' : 'ended by itself after SIGTERM';
    const ending = new Ending(running, world.clock, {
      overdue: () => {
        how = `had to be killed after ${STOP_TIMEOUT_MS / 1_000} s`;
      },
      closed: () => {},
      lasts: (reason) => world.log.warn({ nodeId: node }, reason),
    });
    if (manner === 'at-once') ending.killTree();
    else ending.terminate(STOP_TIMEOUT_MS, false);
    await running.exited;
    ending.close();
    return `${node} (pid ${pid}) ${how}`;
  });
  return Promise.all(ends);
}

/** @returns the message about a cluster whose state is lost, with the JVMs that still run and the command that ends them. */
export function lostState(name: string, cause: RmqdevError, strays: readonly Stray[]): RmqdevError {
  const running = strays.map(({ node, pid }) => `${node} as pid ${pid}`).join(', ');
  return new RmqdevError(
    'STATE_UNREADABLE',
    {
      what: cause.text.what,
      why: running === '' ? `${cause.text.why}; none of its nodes runs` : `${cause.text.why}; of its nodes run ${running}`,
      next:
        running === ''
          ? cause.text.next
          : `\`rmqdev down -c ${name}\` ends them; then \`rmqdev up\` with the same profile finds stores and ports again`,
    },
    { cause },
  );
}

export function missingState(file: string): RmqdevError {
  return new RmqdevError('STATE_UNREADABLE', {
    what: `the state of a cluster cannot be read from ${file}`,
    why: 'neither it nor its copy is there',
    next: 'Run `rmqdev up` again with the same profile: it finds the stores and ports in the same folder again',
  });
}
