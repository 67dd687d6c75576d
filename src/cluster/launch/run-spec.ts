import type { LaunchSpec } from '../../process/launcher.js';
import type { NodeRunSpec } from '../../supervisor/node-run.js';
import { ROLE_DEFINITIONS } from '../roles/definitions.js';
import type { RoleContext, StopContext } from '../roles/role.js';
import { debuggerOf, type NodeSpec } from '../spec/node-spec.js';
import { dumpThreads, lastSignOfLife } from './process-traces.js';

/** @returns a node in the supervisor's terms: how to launch it, what to ask it, what it leaves behind. */
export function runSpec(
  spec: NodeSpec,
  context: RoleContext,
  stopContext: StopContext,
  prepareLaunch: NodeRunSpec<LaunchSpec>['prepareLaunch'],
): NodeRunSpec<LaunchSpec> {
  const role = ROLE_DEFINITIONS[spec.role];
  return {
    id: spec.id,
    prepareLaunch,
    startup: () => role.startup(spec, context),
    readiness: role.readiness(spec, context),
    liveness: debuggerOf(spec) === undefined ? role.liveness(spec, context) : undefined,
    mayBeHeld: debuggerOf(spec),
    leaveTrace: (signal) => dumpThreads(spec, context.clock, signal),
    endedCleanly: (startedAt) => role.endedCleanly(spec, startedAt),
    closing: () => role.closing?.(spec, stopContext),
    lastSignOfLife: () => lastSignOfLife(spec),
    restart: spec.profile.restart,
    startTimeoutMs: spec.startTimeoutMs,
    stopTimeoutMs: spec.stopTimeoutMs,
  };
}
