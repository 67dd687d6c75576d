import { execa } from 'execa';

/** What differs from machine to machine, so that each reader can be tested with captured text. */
export type MachineWorld = {
  os: NodeJS.Platform;
  /** The folder that contains /proc, /sys and /etc. */
  root: string;
  /** @returns what a tool prints on stdout. @throws if it is missing or does not end within `TOOL_TIMEOUT_MS` */
  run(command: string, args: readonly string[]): Promise<string>;
};

const TOOL_TIMEOUT_MS = 1_000;

export const THIS_MACHINE: MachineWorld = {
  os: process.platform,
  root: '/',
  run: async (command, args) => {
    const { stdout } = await execa(command, args, { timeout: TOOL_TIMEOUT_MS, stdin: 'ignore', env: { LC_ALL: 'C' } });
    return stdout;
  },
};
