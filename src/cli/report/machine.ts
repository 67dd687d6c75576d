import pc from 'picocolors';
import { systemClock } from '../../base/clock.js';
import { asError } from '../../base/errors.js';
import type { HomePaths } from '../../base/paths.js';
import type { Check, DoctorReport } from '../../diagnose/doctor/check.js';
import type { DoctorFacts } from '../../diagnose/doctor/facts.js';
import { examine } from '../../diagnose/doctor.js';
import { bounded } from '../../machine/bounded.js';
import { rocketMqProcesses } from '../../machine/rocketmq-processes.js';
import { currentPlatform } from '../../process/current-platform.js';
import { gather } from '../doctor/gather.js';
import { renderDoctor } from '../output/doctor-text.js';
import type { Contents } from './contents.js';

/** `doctor` never takes this long, unless something hangs for which it has no limit. */
const DOCTOR_MS = 15_000;
const PROCESSES_MS = 3_000;
const FALLBACK_PROFILE = '2m2s';

/** Each fact has its own time limit, so that a broken machine still gives the rest. @returns the checks of `doctor` */
export async function addMachine(contents: Contents, home: HomePaths, profile: string | null): Promise<readonly Check[]> {
  const [doctor, processes] = await Promise.all([
    bounded(() => doctorOf(home, profile), DOCTOR_MS, systemClock),
    bounded(async () => rocketMqProcesses(await currentPlatform().processTable()), PROCESSES_MS, systemClock),
  ]);
  if (processes.value)
    contents.json('machine/rocketmq-processes.json', processes.value, 'RocketMQ processes that run now, with every JVM option');
  else contents.absent('machine/rocketmq-processes.json', processes.unknown ?? 'not known');
  if (!doctor.value) {
    contents.absent('machine/doctor.txt', doctor.unknown ?? 'not known');
    return [];
  }
  const { facts, report, note } = doctor.value;
  contents.text('machine/doctor.txt', `${renderDoctor(report, pc.createColors(false))}\n`, note);
  contents.json('machine/facts.json', plain(facts), 'what doctor judged');
  return report.checks;
}

type Doctor = { facts: DoctorFacts; report: DoctorReport; note: string };

/** The cluster's own profile may be in another folder than this one. */
async function doctorOf(home: HomePaths, profile: string | null): Promise<Doctor> {
  const examined = async (name: string, note: string): Promise<Doctor> => {
    const facts = await gather(home, { profile: name, set: [], heap: [] });
    return { facts, report: examine(facts), note };
  };
  if (profile === null) return examined(FALLBACK_PROFILE, `rmqdev doctor ${FALLBACK_PROFILE}`);
  try {
    return await examined(profile, `rmqdev doctor ${profile}`);
  } catch (error) {
    return examined(FALLBACK_PROFILE, `rmqdev doctor ${FALLBACK_PROFILE}; the cluster's own profile: ${asError(error).message}`);
  }
}

/** Maps become objects, because JSON would leave them out. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, each) => (each instanceof Map ? Object.fromEntries(each) : each)));
}
