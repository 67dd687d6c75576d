import { test } from 'vitest';
import { mainJob } from '../e2e/support/main-job.js';

test.for(['4.7.0'])('RocketMQ %s: up, send, read, logs, kill, start, restart, down and up again', { timeout: 300_000 }, mainJob);
