// What is done to a node, and which finding it must give.
import { CONFIG_CASES } from './cases/config.mjs';
import { JVM_CASES } from './cases/jvm.mjs';
import { MEMORY_CASES } from './cases/memory.mjs';
import { PEERS_CASES } from './cases/peers.mjs';
import { PORTS_CASES } from './cases/ports.mjs';
import { STORE_CASES } from './cases/store.mjs';

/** name → { expect, releases, run, and where it matters: jdk, root (needs root), gc (keep its GC log) }. */
export const CASES = {
  ...PORTS_CASES,
  ...STORE_CASES,
  ...CONFIG_CASES,
  ...MEMORY_CASES,
  ...JVM_CASES,
  ...PEERS_CASES,
};
