import type { Finding } from '../../base/finding.js';
import { counted, formatDuration } from '../../base/units.js';
import { finding } from './codes.js';
import type { HostNameFacts, Known, LimitFacts } from './facts.js';
import type { PreflightPlan } from './plan.js';

const SLOW_LOOKUP_MS = 1_000;

/**
 * Each RocketMQ process looks up the name of its machine at its start (InetAddress.getLocalHost), for the default brokerName and for
 * the address that it reports. Sources: common/.../BrokerConfig.java localHostName; remoting/.../RemotingUtil.java.
 */
export function judgeHostName({ name, tookMs, outcome, error }: HostNameFacts, os: NodeJS.Platform): Finding[] {
  const isSlow = tookMs >= SLOW_LOOKUP_MS;
  if (!isSlow && outcome !== 'failed') return [];
  const took = formatDuration(tookMs);
  const how = {
    resolved: `it took ${took}`,
    'no answer yet': `there was no answer after ${took}`,
    failed: `the lookup failed after ${took} (${error})`,
  }[outcome];
  const addresses = os === 'darwin' ? ['127.0.0.1', '::1'] : ['127.0.0.1'];
  const commands = addresses.map((address) => `echo "${address} ${name}" | sudo tee -a /etc/hosts`);
  return [
    finding(isSlow ? 'warning' : 'info', 'HOST_NAME_SLOW', {
      what: `looking up this machine's own name, ${name}, ${isSlow ? 'is slow' : 'fails'}`,
      why: isSlow
        ? `${how}; each RocketMQ process does this at its start, so each start takes longer, on some Macs 5 s or more`
        : `${how}; brokers of rmqdev do not need it, but one that was started by hand without brokerName calls itself DEFAULT_BROKER`,
      next: `Add the name to the hosts file: \`${commands.join('; ')}\``,
    }),
  ];
}

const ENOUGH_FILES = 1_024;
/** Measured: a broker of 5.5.0 has about 300 threads on two cores, more on more cores; a NameServer has about 60. */
const THREADS_PER_NODE = { broker: 400, other: 100 };
/** A broker maps a few hundred files and regions; those of the JVM count too. Linux allows 65530. */
const ENOUGH_MAPS = 16_384;

export function judgeLimits({ nodes }: PreflightPlan, limits: Known<LimitFacts>): Finding[] {
  if (!limits.value) return [];
  const { openFiles, processes, processesNow, maxMapCount, overcommit } = limits.value;
  const starting = nodes.filter(({ change }) => change === 'start');
  if (starting.length === 0) return [];
  const findings: Finding[] = [];
  if (openFiles !== null && openFiles < ENOUGH_FILES) {
    findings.push(
      finding('warning', 'OPEN_FILES_LOW', {
        what: `your processes may open at most ${openFiles} files`,
        why: 'a broker has a few hundred files and connections open: above the limit it answers nobody (Too many open files)',
        next: 'Nodes have the limits of the daemon: `ulimit -n 10240; rmqdev daemon restart` in one shell raises it for nodes that start after that',
      }),
    );
  }
  const needed = starting.reduce((sum, { role }) => sum + (role === 'broker' ? THREADS_PER_NODE.broker : THREADS_PER_NODE.other), 0);
  if (processes !== null && processes - (processesNow ?? 0) < needed) {
    findings.push(
      finding('warning', 'THREADS_LOW', {
        what: `${counted(starting.length, 'node')} ${starting.length === 1 ? 'needs' : 'need'} about ${needed} threads`,
        why: `the limit of your user or container is ${processes}${processesNow === null ? '' : `, of which ${processesNow} are in use`}: a JVM that gets no thread ends with "unable to create native thread"`,
        next: 'Nodes have the limits of the daemon: raise it with `ulimit -u 8192; rmqdev daemon restart` in one shell (in a container: pids.max), or start a smaller profile (`rmqdev up single`)',
      }),
    );
  }
  if (maxMapCount !== null && maxMapCount < ENOUGH_MAPS) {
    findings.push(
      finding('warning', 'MAP_COUNT_LOW', {
        what: `a process may map at most ${maxMapCount} files and regions (vm.max_map_count)`,
        why: 'brokers map their commit log and queues into memory: above the limit they end with "Map failed"',
        next: 'Raise it: `sudo sysctl -w vm.max_map_count=65530`',
      }),
    );
  }
  if (overcommit === 2) {
    findings.push(
      finding('warning', 'OVERCOMMIT_STRICT', {
        what: 'the kernel does not promise more memory than there is (vm.overcommit_memory=2)',
        why: 'JVMs ask for more than they use, and end with "insufficient memory for the Java Runtime Environment" although memory is left',
        next: 'Allow it: `sudo sysctl -w vm.overcommit_memory=0`',
      }),
    );
  }
  return findings;
}
