import { counted, formatBytes, formatDuration } from '../../base/units.js';
import { judgeAdvertise } from '../preflight/advertise.js';
import { JAVA_VARIABLES, judgeEnvironment } from '../preflight/environment.js';
import { judgeClock, judgeSleep, judgeWsl } from '../preflight/sleep.js';
import { judgeHostName, judgeLimits } from '../preflight/system.js';
import { hopChecks } from '../reach/hops.js';
import { type Check, check, skipped } from './check.js';
import type { DoctorFacts } from './facts.js';

/** What the machine is like, whatever will run on it. */
export function machineChecks(facts: DoctorFacts): Check[] {
  return [
    systemCheck(facts),
    limitsCheck(facts),
    hostNameCheck(facts),
    ...advertiseChecks(facts),
    ...hopChecks(facts.hops, facts.advertise ? [facts.advertise.asked] : []),
    ...environmentChecks(facts),
    ...sleepChecks(facts),
  ];
}

function systemCheck({ system, memory, wsl }: DoctorFacts): Check {
  const { name, release, arch, cores } = system;
  const size = memory.value ? `, ${formatBytes(memory.value.totalBytes)} of memory` : '';
  return check('This machine', 'machine.system', `${name} ${release}, ${arch}, ${counted(cores, 'core')}${size}`, judgeWsl(wsl));
}

function limitsCheck({ limits, plan }: DoctorFacts): Check {
  if (!limits.value) return skipped('This machine', 'machine.limits', 'limits of this user', limits.unknown);
  const { openFiles, processes, maxMapCount } = limits.value;
  const count = (value: number | null) => (value === null ? 'unlimited' : String(value));
  const summary = `limits: ${count(openFiles)} open files, ${count(processes)} threads, ${count(maxMapCount)} mappings for each process`;
  return check('This machine', 'machine.limits', summary, judgeLimits(plan, limits));
}

function hostNameCheck({ hostName, os }: DoctorFacts): Check {
  const { name, tookMs, outcome } = hostName;
  const words = { resolved: 'resolved in', failed: 'could not be resolved in', 'no answer yet': 'not resolved within' }[outcome];
  return check('Network', 'network.host-name', `own name ${name}: ${words} ${formatDuration(tookMs)}`, judgeHostName(hostName, os));
}

function advertiseChecks({ advertise }: DoctorFacts): Check[] {
  if (!advertise) return [];
  const { asked, address, port, listener, reached } = advertise;
  const named = address === undefined || address === asked ? asked : `${asked} (${address})`;
  const outcome = reached?.ok
    ? `a connection from here to port ${port} reached ${listener} in ${formatDuration(reached.tookMs)}`
    : 'clients would not reach it';
  return [check('Network', 'network.advertise', `advertise ${named}: ${outcome}`, judgeAdvertise(advertise))];
}

/** One check for each kind of variable, so that a script can ask for one. */
function environmentChecks({ environment }: DoctorFacts): Check[] {
  const findings = judgeEnvironment(environment);
  const { variables } = environment;
  const of = (...codes: string[]) => findings.filter(({ code }) => codes.includes(code));
  const value = (name: string) => `${name} ${variables[name] === undefined ? 'is not set' : `is ${variables[name]}`}`;
  const options = JAVA_VARIABLES.filter((name) => variables[name] !== undefined);
  return [
    check('Environment', 'environment.namesrv-addr', value('NAMESRV_ADDR'), of('NAMESRV_ADDR_SET')),
    check('Environment', 'environment.java-home', value('JAVA_HOME'), of('JAVA_HOME_BROKEN', 'JAVA_HOME_IS_JRE')),
    check('Environment', 'environment.rocketmq-home', value('ROCKETMQ_HOME'), of('ROCKETMQ_HOME_SET')),
    check(
      'Environment',
      'environment.java-options',
      options.length === 0 ? 'no options for Java in the shell' : `options for Java in the shell: ${options.join(', ')}`,
      of('JAVA_OPTIONS_SET'),
    ),
  ];
}

function sleepChecks({ sleep, clock, wsl }: DoctorFacts): Check[] {
  const findings = judgeSleep(sleep, clock);
  const slept = clock.sleptMs.value;
  const settings = sleep.value
    ? check(
        'Sleep and clock',
        'sleep.settings',
        sleep.value.afterMinutes === 0
          ? 'this Mac never goes to sleep by itself'
          : `this Mac goes to sleep after ${sleep.value.afterMinutes} min`,
        findings.filter(({ code }) => code === 'SLEEPS_BY_ITSELF'),
      )
    : skipped('Sleep and clock', 'sleep.settings', 'when it goes to sleep by itself', sleep.unknown);
  const past =
    slept === undefined
      ? skipped('Sleep and clock', 'sleep.past', 'time asleep since boot', clock.sleptMs.unknown ?? '')
      : check(
          'Sleep and clock',
          'sleep.past',
          slept < 1_000 ? 'has not slept since boot' : `has slept ${formatDuration(slept)} since boot`,
          findings.filter(({ code }) => code === 'MACHINE_SLEPT'),
        );
  const zone = check(
    'Sleep and clock',
    'clock.time-zone',
    `time zone ${clock.timeZone}; RocketMQ writes its logs in UTC+8, \`rmqdev logs\` shows local time`,
  );
  const { value: offset, unknown: why } = clock.hardwareOffsetMs;
  const found = judgeClock(clock, wsl);
  const agrees = found.length === 0 ? 'agrees' : 'does not agree';
  const hardware =
    offset === undefined
      ? skipped('Sleep and clock', 'clock.hardware', 'system clock and hardware clock', why ?? '')
      : check('Sleep and clock', 'clock.hardware', `the system clock ${agrees} with the hardware clock`, found);
  return [settings, past, zone, hardware];
}
