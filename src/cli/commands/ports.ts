import { DEFAULT_CLUSTER } from '../../contract/calls.js';
import type { RuleFormat } from '../../diagnose/reach/firewall-rules.js';
import type { HomeCluster } from '../../machine/home-clusters.js';
import type { Profile } from '../../profile/profile.js';
import { defineCommand, example } from '../command.js';
import { clusterOption } from '../options.js';
import { overridesOf, profileOptions } from '../profile-options.js';
import { clusterToRead, type OfflineSession } from '../session.js';
import { usage } from '../usage.js';

type Shown = { host: string | undefined; format: 'table' | RuleFormat; json: boolean };

export const portsCommand = defineCommand({
  command: 'ports [profile]',
  describe: 'The ports that a firewall or NAT must pass, as a table or as its rules',
  builder: (argv) =>
    profileOptions(
      clusterOption(argv).positional('profile', { type: 'string', describe: 'A profile; without it, the ports of a cluster (-c)' }),
    )
      .option('host', { type: 'string', describe: 'Only the nodes of this host' })
      .option('format', {
        choices: ['table', 'nft', 'ufw', 'vmware', 'virtualbox'] as const,
        default: 'table' as const,
        describe: 'How to write it: a table, or what the firewall or NAT of that name takes',
      })
      .example(...example('$0 ports', 'of the cluster that runs'))
      .example(...example('$0 ports 2m2s-two-hosts --host a --format ufw', 'the firewall of one host'))
      .example(...example('$0 ports --set advertise=203.0.113.9 single --format vmware', 'forwarding into a virtual machine'))
      .epilogue(
        'Changes nothing. A port must have the same number outside and inside: brokers tell clients the port on which they listen. `rmqdev doctor <profile> --advertise` asks whether every port gets through.',
      ),
  handler: ({ profile, cluster, host, format, json, ...options }, { withDaemon, withOutput }) => {
    const shown = { host, format, json };
    if (profile === undefined) {
      return withDaemon(async (session) => showCluster(session, await clusterToRead(session, cluster), shown));
    }
    return withOutput(async (session) => {
      if (cluster !== DEFAULT_CLUSTER)
        throw usage(`ports ${profile} -c ${cluster}`, 'a profile and a cluster are two things to look at', 'Name one of them');
      const [{ requestedProfile }, { homeClusters }] = await Promise.all([
        import('../requested-profile.js'),
        import('../../machine/home-clusters.js'),
      ]);
      const [wanted, { clusters }] = await Promise.all([
        requestedProfile(session.home, { profile, ...overridesOf(options) }),
        homeClusters(session.home),
      ]);
      const { clusterNameOf } = await import('../../profile/find-profile.js');
      await show(session, { profile: wanted, clusters, name: clusterNameOf(wanted), ...shown });
    });
  },
});

async function showCluster(session: Pick<OfflineSession, 'home' | 'output'>, name: string, shown: Shown): Promise<void> {
  const { homeClusters, clusterOf } = await import('../../machine/home-clusters.js');
  const { clusters } = await homeClusters(session.home);
  await show(session, { profile: clusterOf(clusters, name).profile, clusters, name, ...shown });
}

type Request = Shown & { profile: Profile; clusters: readonly HomeCluster[]; name: string };

async function show({ output }: Pick<OfflineSession, 'output'>, { profile, clusters, name, host, format, json }: Request): Promise<void> {
  const [{ reachNodes }, { hostNamed }, { portTable }, { ownInterfaces }, { loopbackNotice }] = await Promise.all([
    import('../ports/reach-nodes.js'),
    import('../../profile/host-named.js'),
    import('../../diagnose/reach/port-table.js'),
    import('../../machine/reach.js'),
    import('../../diagnose/reach/loopback.js'),
  ]);
  if (host !== undefined) hostNamed(profile, host);
  const interfaces = ownInterfaces();
  const [existing, others] = [clusters.find((each) => each.name === name), clusters.filter((each) => each.name !== name)];
  const nodes = await reachNodes({ profile, existing, others, interfaces });
  const rows = portTable(nodes).filter((row) => host === undefined || row.host === host);
  const notice = loopbackNotice(nodes, interfaces);
  if (notice !== undefined) output.notice(notice);
  if (json || format === 'table') return output.ports({ profile: profile.name, ports: rows });
  const { firewallRules } = await import('../../diagnose/reach/firewall-rules.js');
  output.raw(firewallRules(format, rows));
}
