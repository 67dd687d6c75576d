import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { PortBlock } from '../../support/port-block.js';

const SCRIPT = fileURLToPath(new URL('../../../scripts/reliability/socket-fuzz.mjs', import.meta.url));

test('300 bad requests of every kind: the same daemon, its nodes untouched, every good call answered', async () => {
  await using ports = await PortBlock.claim();
  const json = join(tmpdir(), `rmqdev-fuzz-${process.pid}.json`);
  try {
    await execa(process.execPath, [SCRIPT, '--requests', '300', '--settle', '0', '--port', String(ports.at(1)), '--json', json]);
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
      requests: 300,
      sameDaemon: true,
      nodesUntouched: true,
      goodCalls: { unanswered: 0 },
    });
  } finally {
    rmSync(json, { force: true });
  }
});
