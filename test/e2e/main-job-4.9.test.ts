import { test } from 'vitest';
import { mainJob } from './support/main-job.js';

test('RocketMQ 4.9.7: up, send, read, logs, kill, start, restart, down and up again', { timeout: 300_000 }, () => mainJob('4.9.7'));
