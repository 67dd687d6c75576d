import { RmqdevError } from '../base/errors.js';
import { sayState } from '../base/node-words.js';
import { gaveUp } from '../cluster/actions/start-failures.js';
import { isOptional } from '../cluster/roles/definitions.js';
import type { ClusterStatus } from '../contract/status.js';
import type { Entry } from './cluster-registry.js';

type Goal = 'ready' | 'in-sync' | 'stopped';
const ASK_EVERY_MS = 200;

/**
 * Resolves once all of `ids` have reached the goal. @throws RmqdevError TIMEOUT, NODE_GAVE_UP
 * @returns the status of the cluster in which they were in sync; a second look could find a node too busy to answer. Undefined for other goals
 */
export async function waitFor(
  { cluster, meter }: Entry,
  named: readonly string[],
  options: { goal: Goal; timeoutMs: number; closed: AbortSignal },
): Promise<ClusterStatus | undefined> {
  const { goal, timeoutMs, closed } = options;
  // A cluster is ready without its dashboard; to wait for that, name it alone.
  const required = named.filter((id) => !isOptional(cluster.spec(id)));
  const ids = goal === 'stopped' || required.length === 0 ? named : required;
  const { clock } = cluster.world;
  using deadline = clock.deadline(timeoutMs, closed);
  const { signal } = deadline;
  try {
    if (goal === 'stopped') {
      await cluster.until(() => ids.every((id) => !cluster.isLive(id)), signal);
      return undefined;
    }
    await cluster.until(() => {
      if (failed() !== undefined) return true;
      refuseIfDown();
      return ids.every((id) => cluster.supervisor(id).state === 'ready');
    }, signal);
    const id = failed();
    if (id !== undefined) throw await gaveUp(cluster, id);
    if (goal === 'ready') return undefined;
    for (;;) {
      const status = await meter.status(cluster.specs.map((spec) => spec.id));
      if (!status.nodes.some((node) => ids.includes(node.id) && node.inSync !== true && isReplicated(node.id))) return status;
      await clock.sleep(ASK_EVERY_MS, signal);
      signal.throwIfAborted();
    }
  } catch (error) {
    if (closed.aborted || !signal.aborted) throw error;
    const isThere = (id: string) => goal === 'ready' && cluster.supervisor(id).state === 'ready';
    const states = ids
      .filter((id) => !isThere(id))
      .map(
        (id) =>
          `${id} ${sayState(cluster.supervisor(id).state)}${cluster.supervisor(id).reason ? ` (${cluster.supervisor(id).reason})` : ''}`,
      );
    throw new RmqdevError('TIMEOUT', {
      what: `not ${goal} within ${timeoutMs / 1_000} s`,
      why: states.join('; '),
      next: `See \`rmqdev status -c ${cluster.name}\`, or allow more with --timeout`,
    });
  }

  function failed(): string | undefined {
    return ids.find((id) => cluster.supervisor(id).state === 'failed');
  }

  /** Its `inSync` is then null only while it is not known, such as for a node that does not answer. */
  function isReplicated(id: string): boolean {
    const { brokerName } = cluster.spec(id);
    return brokerName !== null && cluster.everyone.some((other) => other.id !== id && other.brokerName === brokerName);
  }

  /** A node that nobody starts will not become ready; an operation under way may still start it. */
  function refuseIfDown(): void {
    if (cluster.operation !== undefined && cluster.operation !== 'down') return;
    const down = ids.filter((id) => cluster.supervisor(id).intent === 'down');
    if (down.length === 0) return;
    throw new RmqdevError('NODE_NOT_RUNNING', {
      what: `${down.join(', ')} will not become ${goal}`,
      why: down.map((id) => `${id} ${sayState(cluster.supervisor(id).state)}`).join('; '),
      next: `Start what is down: \`rmqdev start ${down.join(' ')} -c ${cluster.name}\``,
    });
  }
}
