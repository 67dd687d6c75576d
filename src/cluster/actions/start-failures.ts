import { relative } from 'node:path';
import { RmqdevError } from '../../base/errors.js';
import { type NodeExitRecord, sayState } from '../../base/node-words.js';
import { describeExit } from '../../supervisor/node-run.js';
import type { Cluster } from '../cluster.js';
import { causeOf, REPORT_TIMEOUT_MS } from '../ends/crash-reports.js';
import { stdoutTail } from '../ends/stdout-tail.js';

const MAX_PROOF = 300;

/** Never tell a waiting command that the nodes are up while one is down: `rmqdev up … && mvn test`. */
export function refuseWhereStopped(cluster: Cluster, ids: readonly string[]): void {
  const down = ids.filter((id) => cluster.supervisor(id).intent === 'down');
  if (down.length === 0) return;
  throw new RmqdevError('NODE_NOT_RUNNING', {
    what: `${down.join(', ')} ${down.length === 1 ? 'is' : 'are'} not up`,
    why: 'stopped or killed while the start was under way; what somebody ended so stays down',
    next: `Run \`rmqdev start ${down.join(' ')} -c ${cluster.name}\` to start again; \`rmqdev events -c ${cluster.name}\` tells what happened`,
  });
}

function exitLine(exit: NodeExitRecord, meaning: string): string {
  return exit.code === null && exit.signal === null ? meaning : `${describeExit(exit)}: ${meaning}`;
}

/** @returns the same error; its first sentence names the node. */
function naming(id: string, error: RmqdevError): RmqdevError {
  const { what, why, next } = error.text;
  if (what.startsWith(id)) return error;
  return new RmqdevError(error.code, { what: `${id} could not be started: ${what}`, why, next }, { cause: error });
}

/** @returns why rmqdev gave a node up, with the cause if the report of its end is ready in time. */
export async function gaveUp(cluster: Cluster, id: string): Promise<RmqdevError> {
  const { supervisor, spec } = { supervisor: cluster.supervisor(id), spec: cluster.spec(id) };
  // Nothing was started: the refusal tells more than the console of an earlier launch.
  const { launchFailure } = supervisor;
  if (launchFailure instanceof RmqdevError) return naming(id, launchFailure);
  await cluster.crashes.settled(id, REPORT_TIMEOUT_MS);
  const exit = supervisor.lastExit;
  const report = exit && cluster.crashes.of(id, exit.at);
  const cause = report ? causeOf(report.findings) : undefined;
  const more = `\`rmqdev explain ${id} -c ${cluster.name}\` shows the lines that prove it`;
  const tail = stdoutTail(spec.paths.stdout);
  if (exit && cause) {
    const proof = cause.at[0];
    return new RmqdevError('NODE_GAVE_UP', {
      what: `${id} did not come up: ${cause.what}`,
      why: [
        cause.why,
        ...(exit.detail === null ? [exitLine(exit, report?.exit.meaning ?? '')] : []),
        ...(proof
          ? [
              `${relative(spec.paths.root, proof.file)}${proof.line === null ? '' : `:${proof.line}`}: ${proof.text.trim().slice(0, MAX_PROOF)}`,
            ]
          : tail
            ? [`its last words: ${tail}`]
            : []),
      ].join('\n'),
      next: `${cause.next}\n${more}`,
    });
  }
  return new RmqdevError('NODE_GAVE_UP', {
    what: `${id} did not come up`,
    why: `${exit ? describeExit(exit) : 'no exit was seen'}${tail ? `; its last words: ${tail}` : '; it wrote nothing to its console'}`,
    next: `Read \`rmqdev explain ${id} -c ${cluster.name}\` and \`rmqdev logs ${id} --file all -n 50\` (${spec.paths.root}); the other nodes keep running, \`rmqdev down -c ${cluster.name}\` ends them`,
  });
}

export function timedOut(cluster: Cluster, ids: readonly string[], timeoutMs: number): RmqdevError {
  const waiting = ids.filter((id) => cluster.supervisor(id).state !== 'ready' && cluster.supervisor(id).intent === 'up');
  const reasons = waiting.map(
    (id) => `${id} ${sayState(cluster.supervisor(id).state)}${cluster.supervisor(id).reason ? ` (${cluster.supervisor(id).reason})` : ''}`,
  );
  return new RmqdevError('TIMEOUT', {
    what: `cluster ${cluster.name} was not ready within ${timeoutMs / 1_000} s`,
    why: reasons.join('; '),
    next: `The nodes continue to start: \`rmqdev status -c ${cluster.name}\`, \`rmqdev logs ${waiting[0] ?? ''} -c ${cluster.name}\`; \`rmqdev start all -c ${cluster.name}\` starts the rest, --timeout allows more`,
  });
}
