import { explainNode, isWorthTelling } from '../cluster/ends/explain-nodes.js';
import { portHoldersOf } from '../cluster/ends/gather-evidence.js';
import type { Selection } from '../cluster/status/selectors.js';
import type { Handlers } from '../contract/routes.js';
import type { ClusterRegistry, Entry } from './cluster-registry.js';

/** @returns the nodes of this host that `selectors` name; without any, all of them. `verb` is the command that asks. */
export type SelectHere = (
  entry: Entry,
  request: { verb: string; selectors: readonly string[] | undefined; needsHolder: boolean },
) => Promise<Selection>;

/** What rmqdev tells about ends: `explain`, and what `report` cannot find on disk. */
export function explainHandlers(registry: ClusterRegistry, selectedHere: SelectHere): Pick<Handlers, 'explain' | 'report'> {
  return {
    explain: async ({ cluster: name, selector }) => {
      const entry = registry.resolve(name);
      const { ids, notice } = await selectedHere(entry, { verb: 'explain', selectors: selector, needsHolder: false });
      const all = await Promise.all(ids.map((id) => explainNode(entry.cluster, id)));
      const explanations = selector ? all : all.filter((explanation) => isWorthTelling(entry.cluster, explanation));
      return { cluster: entry.cluster.name, explanations, notice };
    },

    report: async ({ cluster: name }) => {
      const { cluster, meter } = registry.resolve(name);
      const ids = cluster.specs.map(({ id }) => id);
      const [status, explanations, nodes] = await Promise.all([
        meter.status(ids),
        Promise.all(ids.map((id) => explainNode(cluster, id))),
        Promise.all(
          ids.map(async (id) => {
            const { intent, transitions } = cluster.supervisor(id);
            const spec = cluster.spec(id);
            return {
              id,
              intent,
              java: spec.jdk.java,
              javaArgs: [...spec.javaArgs],
              transitions: transitions.map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest })),
              portHolders: await portHoldersOf(spec, cluster.world),
            };
          }),
        ),
      ]);
      return { status, operation: cluster.operation ?? null, explanations, nodes };
    },
  };
}
