import { randomInt } from 'node:crypto';
import { isPortFree } from '../../src/process/port-probe.js';

/** Below the ranges from which Linux and macOS take the source ports of connections: a node that is down for a while finds its port again. */
const FIRST = 12_000;
const END = 32_000;
/** A broker at P takes P-2 to P+1, and P+7 where JDWP is on. */
const STEP = 10;

/** @returns `count` ports P in ascending order, at least 10 apart, of which P-2 to P+1 are free now. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = FIRST + STEP * randomInt((END - FIRST) / STEP);
    const areFree = await Promise.all([port - 2, port - 1, port, port + 1].map(isPortFree));
    if (areFree.every(Boolean)) found.add(port);
  }
  return [...found].sort((a, b) => a - b);
}
