import { test } from 'vitest';
import { failover } from './support/elections.js';

test('controller fails over under kill master-a, and comes back to full redundancy', { timeout: 300_000 }, () => failover('controller'));
