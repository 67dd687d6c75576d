import type { Finding } from '../../base/finding.js';
import { finding } from './codes.js';

/** `javaHome`, `rocketmqHome`: what the variable points to; undefined if it is not set. */
export type EnvironmentFacts = {
  variables: Readonly<Partial<Record<string, string>>>;
  javaHome: { ok: true; isJre: boolean } | { ok: false; why: string } | undefined;
  rocketmqHome: { version: string } | { why: string } | undefined;
  /** namesrvAddr of each known cluster of this home. */
  clusters: readonly { cluster: string; namesrvAddr: string }[];
};

/** Variables that RocketMQ's scripts or the JVM would read, and that nodes of rmqdev never see. Sources: distribution/bin/run*.sh; java(1). */
export const JAVA_VARIABLES = ['JAVA_OPT', 'JAVA_OPT_EXT', 'JAVA_TOOL_OPTIONS', '_JAVA_OPTIONS', 'JDK_JAVA_OPTIONS', 'CLASSPATH'] as const;

export function judgeEnvironment({ variables, javaHome, rocketmqHome, clusters }: EnvironmentFacts): Finding[] {
  const findings: Finding[] = [];
  const address = variables.NAMESRV_ADDR;
  if (address && !clusters.some(({ namesrvAddr }) => isSameList(namesrvAddr, address))) {
    const [first] = clusters;
    findings.push(
      finding('warning', 'NAMESRV_ADDR_SET', {
        what: `NAMESRV_ADDR is set in this shell: ${address}`,
        why: `clients started here go to that address${first ? `, and not to ${first.cluster} (${first.namesrvAddr})` : ''}; nodes of rmqdev do not see it`,
        next: first
          ? `\`eval "$(rmqdev env -c ${first.cluster})"\` sets it to the cluster's, \`unset NAMESRV_ADDR\` removes it`
          : '`unset NAMESRV_ADDR`',
      }),
    );
  }
  if (javaHome && !javaHome.ok) {
    findings.push(
      finding('warning', 'JAVA_HOME_BROKEN', {
        what: `JAVA_HOME is not a JDK: ${variables.JAVA_HOME}`,
        why: `${javaHome.why}; rmqdev looks for another JDK, but RocketMQ's own scripts and Maven do not`,
        next: 'Set it to the folder that has bin/java in it, or remove it: `unset JAVA_HOME`',
      }),
    );
  }
  if (javaHome?.ok && javaHome.isJre) {
    findings.push(
      finding('info', 'JAVA_HOME_IS_JRE', {
        what: `JAVA_HOME is a JRE: ${variables.JAVA_HOME}`,
        why: 'it runs RocketMQ, but has no javac: Maven and your own builds fail',
        next: 'If you build with it, set it to a JDK',
      }),
    );
  }
  if (rocketmqHome) findings.push(judgeRocketMqHome(variables.ROCKETMQ_HOME ?? '', rocketmqHome));
  const options = JAVA_VARIABLES.filter((name) => variables[name]);
  if (options.length > 0) {
    findings.push(
      finding('info', 'JAVA_OPTIONS_SET', {
        what: `${options.map((name) => `${name}=${variables[name]}`).join(', ')} in this shell`,
        why: 'your own Java programs and the scripts of RocketMQ use them; nodes of rmqdev do not, so that they start the same way everywhere',
        next: `To give a node an option: \`--set 'broker.jvm=[<option>]'\`; to remove them: \`unset ${options.join(' ')}\``,
      }),
    );
  }
  return findings;
}

function judgeRocketMqHome(home: string, found: { version: string } | { why: string }): Finding {
  if ('why' in found) {
    return finding('warning', 'ROCKETMQ_HOME_SET', {
      what: `ROCKETMQ_HOME is not a release: ${home}`,
      why: `${found.why}; rmqdev ignores it, the scripts of RocketMQ do not`,
      next: 'Set it to the folder that has lib/ and conf/ in it, or remove it: `unset ROCKETMQ_HOME`',
    });
  }
  return finding('info', 'ROCKETMQ_HOME_SET', {
    what: `ROCKETMQ_HOME is set: ${home} (RocketMQ ${found.version})`,
    why: `\`up\` uses it if no release or ${found.version} is asked for, and says so`,
    next: 'To run another one, name it (`--rocketmq 5.5.0`), or `unset ROCKETMQ_HOME`',
  });
}

/** Compares lists of addresses in any order. */
function isSameList(one: string, other: string): boolean {
  const sorted = (list: string) => list.split(';').filter(Boolean).sort().join(';');
  return sorted(one) === sorted(other);
}
