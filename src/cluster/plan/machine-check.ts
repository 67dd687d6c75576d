import { RmqdevError } from '../../base/errors.js';
import type { Finding } from '../../base/finding.js';
import { refusalOf } from '../../diagnose/preflight/codes.js';
import type { PreflightPlan } from '../../diagnose/preflight/plan.js';
import { judgePrivilege } from '../../diagnose/preflight/ports.js';
import { preflight } from '../../diagnose/preflight.js';
import { THIS_MACHINE } from '../../machine/machine-world.js';
import { preflightFacts } from '../../machine/preflight-facts.js';
import { firstAllowedPort } from '../../machine/privileged-ports.js';
import type { Profile } from '../../profile/profile.js';
import { socketsAt } from '../../rocketmq/ports.js';
import type { NodeSpec } from '../spec/node-spec.js';
import type { World } from '../world.js';

/** A lookup that takes longer is slow enough to be told; normally it takes a few ms. */
const HOST_NAME_WAIT_MS = 1_000;

export type PreflightRequest = {
  cluster: string;
  specs: readonly NodeSpec[];
  changeOf: (id: string) => 'start' | 'restart' | 'none';
  /** The release that a node of the cluster had until now. */
  releaseBefore: (id: string) => string | undefined;
};

/**
 * Compares the plan with the machine and with the existing stores. Writes nothing.
 * @returns what to tell in addition to the plan
 * @throws RmqdevError the first finding against it: NOT_ENOUGH_MEMORY, NOT_ENOUGH_DISK, STORE_IN_USE, STORE_INCOMPATIBLE, STORE_DAMAGED …
 */
export async function checkMachine(
  world: Pick<World, 'home' | 'platform' | 'clock'>,
  { cluster, specs, changeOf, releaseBefore }: PreflightRequest,
): Promise<string[]> {
  const plan: PreflightPlan = {
    cluster,
    home: world.home.root,
    nodes: specs.map((spec) => ({
      id: spec.id,
      role: spec.role,
      release: spec.release.version,
      releaseBefore: releaseBefore(spec.id),
      memoryBytes: spec.memoryBytes,
      jvm: spec.profile.jvm,
      store: spec.paths.store,
      properties: new Map(spec.config.map(({ key, value }) => [key, value])),
      change: changeOf(spec.id),
    })),
  };
  if (plan.nodes.every(({ change }) => change === 'none')) return [];
  const { platform, clock } = world;
  const facts = await preflightFacts(plan, { machine: THIS_MACHINE, platform, clock, hostNameWaitMs: HOST_NAME_WAIT_MS });
  const findings = preflight(plan, facts);
  refuseOnErrors(findings, cluster);
  return findings.filter(({ severity }) => severity === 'warning').map(noticeOf);
}

/** Refuses a port that this user can never have, before other ports are tried instead. @throws RmqdevError PORT_FORBIDDEN */
export async function refuseForbiddenPorts({ name, nodes }: Profile): Promise<void> {
  const wanted = nodes.flatMap((node) => {
    const { id, role, listenPort } = node;
    return listenPort === undefined ? [] : [{ node: id, role, ports: { ...socketsAt(node, listenPort) } }];
  });
  if (wanted.length > 0) refuseOnErrors(judgePrivilege(wanted, await firstAllowedPort(THIS_MACHINE)), name);
}

function refuseOnErrors(findings: readonly Finding[], cluster: string): void {
  const [first, ...others] = findings.filter(({ severity }) => severity === 'error');
  if (!first) return;
  const code = refusalOf(first.code);
  if (!code) throw new Error(`the finding ${first.code} refuses nothing`);
  const more = others.length === 0 ? '' : `; ${others.map(({ what }) => what).join('; ')}`;
  throw new RmqdevError(code, {
    what: first.what,
    why: `${first.why}${more}`,
    next: others.length === 0 ? first.next : `${first.next}. Then run \`up\` again; cluster ${cluster} was not touched`,
  });
}

/** Like the other notices of a plan: what, why and the fix in one line. */
function noticeOf({ what, why, next }: Finding): string {
  return `${what}: ${why}. ${next}`;
}
