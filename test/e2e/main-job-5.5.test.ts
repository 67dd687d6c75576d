import { test } from 'vitest';
import { mainJobOnInstalled } from './support/main-job.js';

test('RocketMQ 5.5.0: up, send, read, logs, kill, start, restart, down and up again', { timeout: 300_000 }, () =>
  mainJobOnInstalled('5.5.0'),
);
