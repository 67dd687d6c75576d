import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useHarness } from '../../support/harness.js';

const PRELOAD = join(import.meta.dirname, '../../support/loaded-files.cjs');

const harness = useHarness();

/** What a command has loaded, of the program that users run. The daemon must run already: it would inherit the preload. */
async function loadedBy(...args: string[]): Promise<{ files: string[]; segmenters: number }> {
  const h = harness();
  const file = join(h.root, 'loaded.json');
  const env = { NODE_OPTIONS: `--require ${PRELOAD}`, LOADED_FILES: file };
  await h.begin(args, { env }).outcome;
  return JSON.parse(readFileSync(file, 'utf8'));
}

test('a command loads what it needs, and no tables of the widths of characters', async () => {
  const h = harness();
  await h.up('single');
  const status = await loadedBy('status');
  expect(status).toEqual({ files: ['rmqdev.cjs', 'rmqdev-main.cjs', 'rmqdev-rolldown-runtime.cjs'], segmenters: 0 });
  for (const args of [['ls'], ['events'], ['wait', 'all'], ['status', '--json']]) {
    const { files, segmenters } = await loadedBy(...args);
    expect(
      files.filter((name) => /lint|import|schema|yaml|zod|profile|traffic/.test(name)),
      args.join(' '),
    ).toEqual([]);
    expect(files.length, files.join(' ')).toBeLessThanOrEqual(6);
    expect(segmenters, args.join(' ')).toBe(0);
  }
});

test('help has every command; a word that is none gets a suggestion', async () => {
  const h = harness();
  const { code, stdout } = await h.run('--help');
  expect(code).toBe(0);
  for (const name of ['up', 'status', 'logs', 'resume', 'topic', 'lint', 'export', 'daemon', 'completion', 'help'])
    expect(stdout).toMatch(new RegExp(`^ {2}rmqdev ${name} `, 'm'));
  expect((await h.run('lint', '--help')).stdout).toContain('rmqdev lint <files..>');
  expect(await h.run('lnit', '--json')).toMatchObject({ code: 2, error: { code: 'USAGE', next: 'Did you mean lint?' } });
});
