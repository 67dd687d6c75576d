import { test } from 'vitest';
import { mainJob } from './support/main-job.js';

test.for(['4.9.7', '5.5.0'])('RocketMQ %s: up, send, read, logs, kill, start, restart, down and up again', { timeout: 300_000 }, mainJob);
