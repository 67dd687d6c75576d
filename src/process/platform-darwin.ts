import { totalmem } from 'node:os';
import { execa } from 'execa';
import { parseBootSession, parseLsof, parseProcessState, parsePs, parseStartTimes, parseVmStat } from './darwin-output.js';
import { diskUsage } from './disk-usage.js';
import type { DiskUsage, Memory, Platform, PortOwner, ProcessRow } from './platform.js';
import { isPortFree } from './port-probe.js';
import type { ProcessIdentity, ProcessState } from './process-identity.js';

/** Fixed paths: a daemon's PATH may lack /usr/sbin, or hold another ps first. */
const PS = '/bin/ps';
const LSOF = '/usr/sbin/lsof';
const VM_STAT = '/usr/bin/vm_stat';
const SYSCTL = '/usr/sbin/sysctl';

/** The columns of a ProcessRow, without a header. */
const ROW = ['-o', 'pid=', '-o', 'ppid=', '-o', 'args='];

/** `lstart` is written in the locale and time zone of its reader: both are pinned, or a laptop that travels would lose its nodes. lsof can wait for a file server. */
const OPTIONS = { reject: false, stdin: 'ignore', timeout: 10_000, env: { LC_ALL: 'C', TZ: 'UTC' } } as const;

/** Everything from ps, lsof, vm_stat and sysctl. They exit 1 where they find nothing, which is an answer. */
export class DarwinPlatform implements Platform {
  readonly askEveryMs = 3_000;

  /** Not kern.boottime: macOS computes that from the clock, and it moves each time the clock is corrected. */
  async bootId(): Promise<string | null> {
    return capture(SYSCTL, ['-n', 'kern.bootsessionuuid']).then(parseBootSession, () => null);
  }

  async startTime(pid: number): Promise<string | undefined> {
    return (await this.startTimes([pid])).get(pid);
  }

  async startTimes(pids: readonly number[]): Promise<Map<number, string>> {
    if (pids.length === 0) return new Map();
    return parseStartTimes(await capture(PS, ['-p', pids.join(','), '-o', 'pid=', '-o', 'state=', '-o', 'lstart=']));
  }

  /** A traced process is stopped for ps as well unless its debugger lets it run: flag P_TRACED (0x800, sys/proc.h). */
  async processState({ pid, startTime }: ProcessIdentity): Promise<ProcessState | undefined> {
    return parseProcessState(await capture(PS, ['-p', String(pid), '-o', 'state=', '-o', 'flags=', '-o', 'lstart=']), startTime);
  }

  /** Who has the file open: macOS does not tell who holds its lock. */
  async lockHolders(file: string): Promise<number[]> {
    return (await capture(LSOF, ['-t', '--', file])).split('\n').filter(Boolean).map(Number);
  }

  async processTable(): Promise<ProcessRow[]> {
    return parsePs(await capture(PS, ['-axww', ...ROW]));
  }

  async listeners(ports: readonly number[]): Promise<PortOwner[]> {
    const all = parseLsof(await capture(LSOF, ['-nP', '-iTCP', '-sTCP:LISTEN', '-F', 'pcuLn']));
    const owners = all.filter(({ port }) => ports.includes(port));
    if (owners.length === 0) return [];
    const rows = parsePs(await capture(PS, ['-ww', '-p', owners.map(({ pid }) => pid).join(','), ...ROW]));
    const commands = new Map(rows.map(({ pid, command }) => [pid, command]));
    return owners.map((owner) => ({ ...owner, command: commands.get(owner.pid) ?? owner.command }));
  }

  isPortFree(port: number): Promise<boolean> {
    return isPortFree(port);
  }

  /** `os.totalmem()` is sysctl's hw.memsize. */
  async memory(): Promise<Memory> {
    return { totalBytes: totalmem(), availableBytes: parseVmStat(await capture(VM_STAT, [])) };
  }

  disk(path: string): Promise<DiskUsage> {
    return diskUsage(path);
  }
}

/** @throws the result itself (an error) if the tool could not be run, was killed or did not end: that is no answer. */
async function capture(command: string, args: readonly string[]): Promise<string> {
  const result = await execa(command, args, OPTIONS);
  if (result.exitCode === undefined) throw result;
  return result.stdout;
}
