import type { Finding } from '../../base/finding.js';
import { counted, formatBytes } from '../../base/units.js';
import { finding } from '../preflight/codes.js';
import { judgePorts, judgePrivilege } from '../preflight/ports.js';
import { judgeDisk, judgeHomeVolume, judgeMemory } from '../preflight/resources.js';
import { type Check, check, skipped } from './check.js';
import type { DoctorFacts } from './facts.js';

/** Whether the machine is fit for the profile. */
export function planChecks(facts: DoctorFacts): Check[] {
  return [javaCheck(facts), releaseCheck(facts), memoryCheck(facts), diskCheck(facts), homeCheck(facts), portsCheck(facts)];
}

function javaCheck({ java, release }: DoctorFacts): Check {
  if (!java.value) return skipped('Java', 'java.jdk', 'JDKs', java.unknown);
  const { chosen, found } = java.value;
  if ('code' in chosen) return check('Java', 'java.jdk', `no JDK for RocketMQ ${release.wanted}`, [chosen]);
  const others = found.filter(({ home }) => home !== chosen.home).map(({ version }) => version);
  const also = others.length === 0 ? '' : `; also found: ${others.join(', ')}`;
  return check('Java', 'java.jdk', `\`up\` uses JDK ${chosen.version} (${chosen.home}, from ${sourceWords(chosen.source)})${also}`);
}

const sourceWords = (source: string): string =>
  source === 'usual place' ? 'its usual place' : source === 'wanted' ? 'the profile' : source;

function releaseCheck({ release }: DoctorFacts): Check {
  const { wanted, home, installed, hasMaven } = release;
  const others = installed.filter((version) => version !== wanted);
  if (home !== undefined)
    return check(
      'Releases',
      'releases.wanted',
      `RocketMQ ${wanted} is in ${home}${others.length === 0 ? '' : `; also installed: ${others.join(', ')}`}`,
    );
  const info = finding('info', 'RELEASE_NOT_INSTALLED', {
    what: `RocketMQ ${wanted} is not installed yet`,
    why: `the first \`up\` gets it from the Apache archive${hasMaven ? ', or with Maven if it cannot reach the archive' : '; Maven, the other way, is not on the PATH'}`,
    next: `To get it now: \`rmqdev install ${wanted}\``,
  });
  return check('Releases', 'releases.wanted', others.length === 0 ? 'no release is installed yet' : `installed: ${others.join(', ')}`, [
    info,
  ]);
}

function memoryCheck({ plan, memory, profile }: DoctorFacts): Check {
  if (!memory.value) return skipped('Memory and disk', 'memory.plan', 'free memory', memory.unknown);
  const starting = plan.nodes.filter(({ change }) => change === 'start');
  const needed = starting.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  const available = `${formatBytes(memory.value.availableBytes)} of ${formatBytes(memory.value.totalBytes)} available`;
  const summary =
    starting.length === 0
      ? `${profile} runs already; ${available}`
      : `${profile} needs about ${formatBytes(needed)} of memory; ${available}`;
  return check('Memory and disk', 'memory.plan', summary, judgeMemory(plan, memory));
}

function diskCheck({ plan, volume }: DoctorFacts): Check {
  if (!volume.value) return skipped('Memory and disk', 'disk.plan', `disk of ${plan.home}`, volume.unknown);
  const { usableBytes, totalBytes, usedRatio } = volume.value;
  const summary = `${formatBytes(usableBytes)} of ${formatBytes(totalBytes)} of disk space are free (${Math.ceil(usedRatio * 100)} % used)`;
  return check('Memory and disk', 'disk.plan', summary, judgeDisk(plan, volume));
}

function homeCheck({ plan, volume, wsl, home }: DoctorFacts): Check {
  const mount = volume.value?.mount;
  const where = mount?.value
    ? `${mount.value.type} on ${mount.value.point}`
    : `file system unknown, because ${mount?.unknown ?? volume.unknown}`;
  return check('Memory and disk', 'disk.home', `RMQDEV_HOME is ${home.root} (${where})`, [
    ...judgeHomeVolume(plan, volume, wsl),
    ...judgeSocket(home),
  ]);
}

function judgeSocket({ socketPath, socketLimitBytes }: DoctorFacts['home']): Finding[] {
  const length = Buffer.byteLength(socketPath);
  if (length <= socketLimitBytes) return [];
  return [
    finding('error', 'SOCKET_PATH_TOO_LONG', {
      what: 'the path of RMQDEV_HOME is too long for a Unix socket',
      why: `${socketPath} has ${length} bytes; ${socketLimitBytes} are allowed`,
      next: 'Set RMQDEV_HOME to a shorter path: `export RMQDEV_HOME=~/.rmqdev`',
    }),
  ];
}

function portsCheck({ wantedPorts, busyPorts, firstAllowedPort, profile }: DoctorFacts): Check {
  const all = wantedPorts.flatMap(({ ports }) => Object.values(ports)).sort((a, b) => a - b);
  const forbidden = judgePrivilege(wantedPorts, firstAllowedPort);
  if (all.length === 0) return check('Ports', 'ports.plan', `all nodes of ${profile} run already`);
  if (!busyPorts.value) return skipped('Ports', 'ports.plan', `ports of ${profile}`, busyPorts.unknown);
  // A forbidden port looks as if it were in use.
  const taken = busyPorts.value.filter(({ port }) => port >= firstAllowedPort);
  const busy = new Set(taken.map(({ port }) => port));
  const summary =
    forbidden.length > 0
      ? `not all ports of ${profile} are allowed`
      : busy.size === 0
        ? `all ${counted(all.length, 'port')} of ${profile} are free`
        : `${busy.size} of the ${counted(all.length, 'port')} of ${profile} ${busy.size === 1 ? 'is' : 'are'} taken`;
  return check('Ports', 'ports.plan', `${summary} (${all.join(' ')})`, [...forbidden, ...judgePorts(wantedPorts, taken, profile)]);
}
