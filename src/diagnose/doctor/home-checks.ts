import { counted, formatBytes } from '../../base/units.js';
import { finding, placeOf } from '../preflight/codes.js';
import { judgeForeign, judgeOrphans } from '../preflight/processes.js';
import { judgeStore } from '../preflight/store.js';
import { type Check, check, skipped } from './check.js';
import type { DoctorFacts } from './facts.js';

const SECTION = 'Stores and leftovers';

/** What is in RMQDEV_HOME, and which of it runs. */
export function homeChecks(facts: DoctorFacts): Check[] {
  return [clustersCheck(facts), storesCheck(facts), ...processChecks(facts), leftoversCheck(facts)];
}

function clustersCheck({ clusters, brokenStates }: DoctorFacts): Check {
  const broken = brokenStates.map(({ cluster, file, why }) =>
    finding(
      'warning',
      'STATE_UNREADABLE',
      {
        what: `the state of cluster ${cluster} cannot be read`,
        why: `${file}: ${why}`,
        next: `Move it away and start the cluster again; rmqdev finds its stores: \`mv ${file} ${file}.broken\``,
      },
      [placeOf(file)],
    ),
  );
  const names = clusters.map(
    ({ plan, running }) => `${plan.cluster} (${running === 0 ? 'stopped' : `${running} of ${plan.nodes.length} nodes run`})`,
  );
  return check(SECTION, 'home.clusters', names.length === 0 ? 'no cluster yet' : `clusters: ${names.join(', ')}`, broken);
}

function storesCheck({ clusters }: DoctorFacts): Check {
  const stores = clusters.flatMap(({ stores: each }) => [...each.values()]);
  const findings = clusters.flatMap(({ plan, stores: each }) =>
    plan.nodes.flatMap((node) => {
      const store = each.get(node.id)?.value;
      return store ? judgeStore(node, store, plan.cluster) : [];
    }),
  );
  const unread = stores.filter(({ value }) => value === undefined).length;
  if (stores.length === 0) return check(SECTION, 'home.stores', 'no store of a stopped broker');
  const verdict = findings.length === 0 ? 'no problem found' : 'some have a problem';
  const summary = `stores of stopped brokers: ${stores.length}, ${verdict}${unread > 0 ? `; ${unread} could not be read in time` : ''}`;
  return check(SECTION, 'home.stores', summary, findings);
}

function processChecks({ processes, homes, home }: DoctorFacts): Check[] {
  if (!processes.value) {
    return [skipped(SECTION, 'processes.foreign', 'other RocketMQ processes', processes.unknown)];
  }
  const foreign = judgeForeign(processes.value);
  const others = processes.value.filter(({ nodeFolder }) => nodeFolder === undefined).length;
  const own = processes.value.length - others;
  return [
    check(
      SECTION,
      'processes.own',
      own === 0 ? 'no node of rmqdev runs' : `${own} ${own === 1 ? 'node of rmqdev runs' : 'nodes of rmqdev run'}`,
      judgeOrphans(processes.value, homes, home.root),
    ),
    check(SECTION, 'processes.foreign', others === 0 ? 'no other RocketMQ process' : `other RocketMQ processes: ${others}`, foreign),
  ];
}

function leftoversCheck({ leftovers, home }: DoctorFacts): Check {
  if (!leftovers.value) return skipped(SECTION, 'home.leftovers', 'leftovers', leftovers.unknown);
  const found = leftovers.value;
  if (found.length === 0) return check(SECTION, 'home.leftovers', 'no leftovers');
  const bytes = formatBytes(found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  const info = finding(
    'info',
    'LEFTOVERS',
    {
      what: `${home.root} holds ${counted(found.length, 'thing')} that ${found.length === 1 ? 'is' : 'are'} no longer needed, ${bytes}`,
      why: found
        .slice(0, 3)
        .map(({ what }) => what)
        .join('; '),
      next: 'See them with `rmqdev clean --dry-run`, remove them with `rmqdev clean`',
    },
    found.slice(0, 3).map(({ path, what }) => placeOf(path, what)),
  );
  return check(SECTION, 'home.leftovers', `leftovers: ${found.length}, ${bytes}`, [info]);
}
