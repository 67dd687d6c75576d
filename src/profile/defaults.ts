import { DEFAULT_PLACE, entriesOf, merge, pick, type Tree, toTree, withoutNulls } from './source-tree.js';

/** What holds where neither file nor command line says anything. */
const DEFAULTS = toTree(
  {
    brokerClusterName: 'DefaultCluster',
    replication: 'async',
    flush: 'async',
    startup: 'fast',
    advertise: { clients: '127.0.0.1', replication: '127.0.0.1' },
    restart: { policy: 'on-crash', maxRestarts: 5, window: '60s', backoff: '1s..30s' },
  },
  DEFAULT_PLACE,
);

/** @returns `settings` with the defaults of those in `keys` (all, if not given) below; null asks for the default. */
export function withDefaults(settings: Tree, keys: readonly string[] = [...entriesOf(DEFAULTS).keys()]): Tree {
  return { ...merge(pick(DEFAULTS, keys), withoutNulls(settings)), place: settings.place };
}
