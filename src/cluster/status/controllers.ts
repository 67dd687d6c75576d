import { getControllerMetadata } from '../../remoting/controller-api.js';
import type { Cluster } from '../cluster.js';
import { controllerAddress, isController } from '../roles/controller.js';
import type { NodeSpec } from '../spec/node-spec.js';

/** What the controllers of a cluster say now. Without a leader they promote nobody. */
export type ControllerView = {
  /** The one that says that it leads. */
  leader: NodeSpec | undefined;
  answering: readonly NodeSpec[];
  total: number;
  /** How many of them must run to elect a leader. */
  needed: number;
};

/** Asks every running controller, also those inside NameServers, for at most `timeoutMsOf` each. */
export async function askControllers(cluster: Cluster, timeoutMsOf: (spec: NodeSpec) => number): Promise<ControllerView> {
  const { everyone, world } = cluster;
  const controllers = everyone.filter(isController);
  const answers = await Promise.all(
    controllers.map(async (spec) => {
      if (!cluster.canAnswer(spec.id)) return [];
      using deadline = world.clock.deadline(timeoutMsOf(spec));
      const metadata = await getControllerMetadata(world.remoting, controllerAddress(spec), deadline.signal).catch(() => undefined);
      return metadata ? [{ spec, ...metadata }] : [];
    }),
  );
  const answering = answers.flat();
  const leader = answering.find(({ isLeader, spec, leaderAddress }) => isLeader && leaderAddress === controllerAddress(spec))?.spec;
  return { leader, answering: answering.map(({ spec }) => spec), total: controllers.length, needed: majorityOf(controllers) };
}

/** Are too few of the controllers wanted up to elect a leader, until more are started? */
export function haveTooFewControllers(cluster: Cluster): boolean {
  const controllers = cluster.everyone.filter(isController);
  const wanted = controllers.filter(({ id }) => cluster.isWanted(id));
  return wanted.length < majorityOf(controllers);
}

const majorityOf = (controllers: readonly NodeSpec[]): number => Math.floor(controllers.length / 2) + 1;
