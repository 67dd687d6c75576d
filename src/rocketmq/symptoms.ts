import type { Symptom } from './symptom.js';
import { CLIENT_SYMPTOMS } from './symptoms/client.js';
import { CONFIG_SYMPTOMS } from './symptoms/config.js';
import { DISK_SYMPTOMS } from './symptoms/disk.js';
import { EXIT_SYMPTOMS } from './symptoms/exits.js';
import { JVM_SYMPTOMS } from './symptoms/jvm.js';
import { MEMORY_SYMPTOMS } from './symptoms/memory.js';
import { PORT_SYMPTOMS } from './symptoms/ports.js';
import { RUNNING_SYMPTOMS } from './symptoms/running.js';
import { STORE_SYMPTOMS } from './symptoms/store.js';

/** Everything that rmqdev knows about what RocketMQ and the JVM write when something is wrong. docs/symptoms.md is generated from it. */
export const SYMPTOMS: readonly Symptom[] = [
  ...STORE_SYMPTOMS,
  ...PORT_SYMPTOMS,
  ...CONFIG_SYMPTOMS,
  ...DISK_SYMPTOMS,
  ...MEMORY_SYMPTOMS,
  ...JVM_SYMPTOMS,
  ...RUNNING_SYMPTOMS,
  ...CLIENT_SYMPTOMS,
  ...EXIT_SYMPTOMS,
];
