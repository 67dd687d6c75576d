import { totalmem } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { ProcessIdentity, ProcessState } from '../base/process.js';
import { parseBootSession, parseLsof, parseProcessState, parsePs, parseStartTimes, parseVmStat } from './darwin-output.js';
import { diskUsage } from './disk-usage.js';
import type { DiskUsage, Memory, Platform, PortOwner, ProcessRow } from './platform.js';
import { isPortFree } from './port-probe.js';

/** Fixed paths: a daemon's PATH may lack /usr/sbin, or have another ps first. */
const TOOLS = { ps: '/bin/ps', lsof: '/usr/sbin/lsof', vm_stat: '/usr/bin/vm_stat', sysctl: '/usr/sbin/sysctl' };
type Tool = keyof typeof TOOLS;

/** The columns of a ProcessRow, without a header. */
const ROW = ['-o', 'pid=', '-o', 'ppid=', '-o', 'args='];
/** The columns that tell whether a process is alive, and the same one. */
const STATE = ['-o', 'pid=', '-o', 'lstart=', '-o', 'state='];

/**
 * ps writes `lstart` in the locale and time zone of its caller: both are fixed, or a laptop that travels would lose its nodes. Letters are
 * UTF-8, because in the C locale ps writes `M-CM-)` for the é of a home (print.c, strvis). No other variable is passed on: one LC_… variable
 * with a locale that is not installed would disable all of them (setlocale(3)). lsof can wait for a file server.
 */
const OPTIONS = {
  reject: false,
  stdin: 'ignore',
  timeout: 10_000,
  extendEnv: false,
  env: { LANG: 'C', LC_CTYPE: 'UTF-8', TZ: 'UTC' },
} as const;

/** Reads everything from ps, lsof, vm_stat and sysctl. They exit with 1 if they find nothing, which is an answer. */
export class DarwinPlatform implements Platform {
  readonly askEveryMs = 3_000;

  /** @param tools a folder with other programs of these names; default: macOS's own. */
  constructor(private readonly tools?: string) {}

  /** Not kern.boottime: macOS computes it from the clock, so it changes each time the clock is corrected. */
  async bootId(): Promise<string | null> {
    return this.#run('sysctl', ['-n', 'kern.bootsessionuuid']).then(parseBootSession, () => null);
  }

  async startTime(pid: number): Promise<string | undefined> {
    return (await this.startTimes([pid])).get(pid);
  }

  async startTimes(pids: readonly number[]): Promise<Map<number, string>> {
    return pids.length === 0 ? new Map() : parseStartTimes(await this.#run('ps', ['-p', pids.join(','), ...STATE]));
  }

  async processState({ pid, startTime }: ProcessIdentity): Promise<ProcessState | undefined> {
    return parseProcessState(await this.#run('ps', ['-p', String(pid), ...STATE]), startTime);
  }

  /** The processes that have the file open: macOS does not tell who holds its lock. */
  async lockHolders(file: string): Promise<number[]> {
    return (await this.#run('lsof', ['-t', '--', file])).split('\n').filter(Boolean).map(Number);
  }

  async processTable(): Promise<ProcessRow[]> {
    const rows = parsePs(await this.#run('ps', ['-axww', ...ROW]));
    // A table without nodes makes us forget a cluster, so a table that lacks even this process is not accepted.
    if (!rows.some(({ pid }) => pid === process.pid))
      throw new Error(`the process table of ps lacks pid ${process.pid}, which is this process`);
    return rows;
  }

  async listeners(ports: readonly number[]): Promise<PortOwner[]> {
    const all = parseLsof(await this.#run('lsof', ['-nP', '-iTCP', '-sTCP:LISTEN', '-F', 'pcuLn']));
    const owners = all.filter(({ port }) => ports.includes(port));
    if (owners.length === 0) return [];
    const rows = parsePs(await this.#run('ps', ['-ww', '-p', owners.map(({ pid }) => pid).join(','), ...ROW]));
    const commands = new Map(rows.map(({ pid, command }) => [pid, command]));
    return owners.map((owner) => ({ ...owner, command: commands.get(owner.pid) ?? owner.command }));
  }

  isPortFree(port: number): Promise<boolean> {
    return isPortFree(port);
  }

  /** `os.totalmem()` is sysctl's hw.memsize. */
  async memory(): Promise<Memory> {
    return { totalBytes: totalmem(), availableBytes: parseVmStat(await this.#run('vm_stat', [])) };
  }

  disk(path: string): Promise<DiskUsage> {
    return diskUsage(path);
  }

  /**
   * @throws the result itself (an error) if the tool could not be run, was killed, did not end, or printed an error: then there is no
   * answer. lsof also prints warnings about what it may not read, but still answers.
   */
  async #run(tool: Tool, args: readonly string[]): Promise<string> {
    const result = await execa(this.tools === undefined ? TOOLS[tool] : join(this.tools, tool), args, OPTIONS);
    const hasFailed = result.exitCode !== 0 && result.stderr !== '' && tool !== 'lsof';
    if (result.exitCode === undefined || hasFailed) throw result;
    return result.stdout;
  }
}
