import { type PortHolder, rmqdevNodeOf } from '../diagnose/port-holder.js';
import type { Platform } from '../process/platform.js';

/** @returns which of `ports` are in use now, and by whom. */
export async function busyPorts(ports: readonly number[], platform: Platform): Promise<PortHolder[]> {
  const free = await Promise.all(ports.map((port) => platform.isPortFree(port)));
  const taken = ports.filter((_, i) => !free[i]);
  const owners = taken.length === 0 ? [] : await platform.listeners(taken);
  return taken.map((port) => {
    const owner = owners.find((each) => each.port === port);
    return { port, pid: owner?.pid, command: owner?.command, rmqdevNode: rmqdevNodeOf(owner?.command) };
  });
}
