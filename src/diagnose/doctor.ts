import type { Check, DoctorReport } from './doctor/check.js';
import { SECTIONS } from './doctor/check.js';
import type { DoctorFacts } from './doctor/facts.js';
import { homeChecks } from './doctor/home-checks.js';
import { machineChecks } from './doctor/machine-checks.js';
import { planChecks } from './doctor/plan-checks.js';

/** Every check of `doctor`, section by section. */
export function examine(facts: DoctorFacts): DoctorReport {
  const checks: Check[] = [...machineChecks(facts), ...planChecks(facts), ...homeChecks(facts)];
  return { profile: facts.profile, checks: SECTIONS.flatMap((section) => checks.filter((each) => each.section === section)) };
}
