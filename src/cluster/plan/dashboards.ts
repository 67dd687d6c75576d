import { RmqdevError } from '../../base/errors.js';
import type { HomePaths } from '../../base/paths.js';
import { onlyDashboardIn, readDashboardJar } from '../../install/dashboard-jar.js';
import type { Profile } from '../../profile/profile.js';
import { unfitDashboard } from '../../rocketmq/dashboards.js';
import type { JarRef } from '../spec/node-spec.js';

/**
 * Reads the jar of each dashboard: the one that its profile names, else the only one in RMQDEV_HOME/dashboard.
 * @returns by node id. @throws RmqdevError DASHBOARD_NOT_FOUND, DASHBOARD_INVALID; UNSUPPORTED if it cannot ask such a cluster
 */
export async function resolveJars(profile: Profile, home: Pick<HomePaths, 'dashboards'>): Promise<Map<string, JarRef>> {
  const jars = new Map<string, JarRef>();
  for (const { id, role, jar } of profile.nodes) {
    if (role !== 'dashboard') continue;
    const found = await readDashboardJar(jar ?? (await onlyDashboardIn(home.dashboards)));
    refuseUnfit(id, found, profile);
    jars.set(id, found);
  }
  return jars;
}

/** It would start and then show nothing: nodes close its connection, or refuse each of its requests. */
function refuseUnfit(id: string, jar: JarRef, { name, acl, tls }: Profile): void {
  const lack = unfitDashboard(jar, { acl: acl !== undefined, tls: tls ?? false });
  if (!lack) return;
  throw new RmqdevError('UNSUPPORTED', {
    what: `${id} could not look at profile ${name}`,
    why: `the profile has ${lack.feature}, and ${jar.title} (${jar.path}) has no setting ${lack.key}`,
    next: `Use a dashboard that has it (1.0.0 or later: \`rmqdev help dashboard\`), or omit ${lack.feature}`,
  });
}
