import pidusage from 'pidusage';
import { systemCode } from '../base/errors.js';

/** `cpuPercent` is 100 per busy core, since the last call for this process (0 at the first). */
export type ProcessStats = { rssBytes: number; cpuPercent: number };

/** @returns what each process uses now; one that has ended is absent. */
export async function processStats(pids: readonly number[]): Promise<Map<number, ProcessStats>> {
  if (pids.length === 0) return new Map();
  const measured = await pidusage([...pids]).catch((error: unknown): Record<string, undefined> => {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ESRCH') return {};
    throw error;
  });
  return new Map(
    Object.entries(measured).flatMap(([pid, stat]) => (stat ? [[Number(pid), { rssBytes: stat.memory, cpuPercent: stat.cpu }]] : [])),
  );
}
