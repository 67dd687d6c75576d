import { totalmem } from 'node:os';
import { execa, execaSync } from 'execa';
import { parseBootSession, parseLsof, parseProcessState, parsePs, parseStartTimes, parseVmStat } from './darwin-output.js';
import { diskUsage } from './disk-usage.js';
import type { DiskUsage, Memory, Platform, PortOwner, ProcessRow } from './platform.js';
import { isPortFree } from './port-probe.js';
import type { ProcessState } from './process-identity.js';

/** Fixed paths: a daemon's PATH may lack /usr/sbin, or hold another ps first. */
const PS = '/bin/ps';
const LSOF = '/usr/sbin/lsof';
const VM_STAT = '/usr/bin/vm_stat';
const SYSCTL = '/usr/sbin/sysctl';

/** The columns of a ProcessRow, without a header. */
const ROW = ['-o', 'pid=', '-o', 'ppid=', '-o', 'args='];

/** `lstart` is written in the locale and time zone of its reader: both are pinned, or a laptop that travels would lose its nodes. */
const OPTIONS = { reject: false, stdin: 'ignore', env: { LC_ALL: 'C', TZ: 'UTC' } } as const;

/** Everything from ps, lsof, vm_stat and sysctl. They exit 1 where they find nothing, which is an answer. */
export class DarwinPlatform implements Platform {
  /** Not kern.boottime: macOS computes that from the clock, and it moves each time the clock is corrected. */
  async bootId(): Promise<string | null> {
    return capture(SYSCTL, ['-n', 'kern.bootsessionuuid']).then(parseBootSession, () => null);
  }

  async startTime(pid: number): Promise<string | undefined> {
    return (await this.startTimes([pid])).get(pid);
  }

  async startTimes(pids: readonly number[]): Promise<Map<number, string>> {
    return pids.length === 0 ? new Map() : parseStartTimes(await capture(PS, startTimeArguments(pids)));
  }

  startTimeSync(pid: number): string | undefined {
    return parseStartTimes(textOf(execaSync(PS, startTimeArguments([pid]), OPTIONS))).get(pid);
  }

  /** A traced process is stopped for ps as well unless its debugger lets it run: flag P_TRACED (0x800, sys/proc.h). */
  async processState(pid: number): Promise<ProcessState | undefined> {
    return parseProcessState(await capture(PS, ['-p', String(pid), '-o', 'state=', '-o', 'flags=']));
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

const startTimeArguments = (pids: readonly number[]): string[] => ['-p', pids.join(','), '-o', 'pid=', '-o', 'state=', '-o', 'lstart='];

const capture = async (command: string, args: readonly string[]): Promise<string> => textOf(await execa(command, args, OPTIONS));

/** @throws the result itself (an error) where the tool could not be run or was killed: that is no answer. */
function textOf(result: { exitCode?: number | undefined; stdout: string }): string {
  if (result.exitCode === undefined) throw result;
  return result.stdout;
}
