import { PortBlock } from './port-block.js';

/** A broker at P takes P-2 to P+1, and P+7 where JDWP is on. */
const STEP = 10;
const FIRST = 13;

/**
 * @returns `count` ports P (1 to 18) in ascending order, 10 apart, of which P-2 to P+7 belong to this process until it ends: a node that is
 * down for a while finds its port again, whatever runs beside.
 */
export async function freePorts(count: number): Promise<number[]> {
  const block = await PortBlock.claim();
  block.keep();
  return Array.from({ length: count }, (_, i) => block.at(FIRST + STEP * i));
}
