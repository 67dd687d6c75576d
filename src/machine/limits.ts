import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.js';
import { type Known, type LimitFacts, notKnown } from '../diagnose/preflight/facts.js';
import { bounded } from './bounded.js';
import type { MachineWorld } from './machine-world.js';

const TIMEOUT_MS = 500;

/** The limits that a JVM started from here would have: it raises its soft limit of open files to the hard limit. Linux only. */
export async function limitFacts(machine: MachineWorld, clock: Clock): Promise<Known<LimitFacts>> {
  if (machine.os !== 'linux') return notKnown('only Linux has them in files');
  return bounded(
    async () => {
      const proc = (path: string) => readFile(join(machine.root, 'proc', path), 'utf8');
      const number = (path: string) =>
        proc(path).then(
          (text) => Number(text),
          () => null,
        );
      const [limits, maxMapCount, overcommit] = await Promise.all([
        proc('self/limits'),
        number('sys/vm/max_map_count'),
        number('sys/vm/overcommit_memory'),
      ]);
      const hard = parseLimits(limits);
      const processes = smallest(hard.processes, await cgroupPids(machine));
      // Counting them is only useful if the limit could be near.
      const processesNow = processes !== null && processes < FAR ? await threadsOfThisUser(machine) : null;
      return { openFiles: hard.openFiles, processes, processesNow, maxMapCount, overcommit };
    },
    TIMEOUT_MS,
    clock,
  );
}

const FAR = 20_000;

/** Reads the hard limits of /proc/self/limits. Source: proc_pid_limits(5). */
export function parseLimits(text: string): { openFiles: number | null; processes: number | null } {
  const hard = (name: string) => {
    const value = new RegExp(`^${name}\\s+\\S+\\s+(\\S+)`, 'm').exec(text)?.[1];
    return value === undefined || value === 'unlimited' ? null : Number(value);
  };
  return { openFiles: hard('Max open files'), processes: hard('Max processes') };
}

/** Source: Linux Documentation/admin-guide/cgroup-v2.rst "PID". A container has its own root. */
async function cgroupPids({ root }: MachineWorld): Promise<number | null> {
  const group = /^0::(.*)$/m.exec(await readFile(join(root, 'proc/self/cgroup'), 'utf8').catch(() => ''))?.[1] ?? '/';
  const text = await readFile(join(root, 'sys/fs/cgroup', group, 'pids.max'), 'utf8').catch(() => 'max');
  return /^\d+$/.test(text.trim()) ? Number(text) : null;
}

async function threadsOfThisUser({ root }: MachineWorld): Promise<number> {
  const uid = process.getuid?.();
  const pids = (await readdir(join(root, 'proc'))).filter((name) => /^\d+$/.test(name));
  const counts = await Promise.all(
    pids
      .map(async (pid) => {
        const folder = join(root, 'proc', pid);
        const [owner, status] = await Promise.all([stat(folder), readFile(join(folder, 'status'), 'utf8')]);
        return owner.uid === uid ? Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 1) : 0;
      })
      .map((count) => count.catch(() => 0)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

function smallest(...values: readonly (number | null)[]): number | null {
  const limited = values.filter((value) => value !== null);
  return limited.length === 0 ? null : Math.min(...limited);
}
