import { access, constants, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { systemCode } from '../../base/errors.js';
import type { ProgressItem } from '../../contract/events.js';
import type { Session } from '../session.js';
import { usage } from '../usage.js';
import { StartTrace } from './start-trace.js';

const FILE = 'up-trace.svg';

/** Follows one `up`. Disposed, it draws what it has not drawn yet: a start that failed. */
export type UpTrace = AsyncDisposable & { add(item: ProgressItem): void; draw(): Promise<void> };

/**
 * @param file where to draw to; empty: the folder of the cluster
 * @throws RmqdevError USAGE if the folder of `file` cannot be written to, before anything starts
 */
export async function traceUp(file: string, { home, output }: Pick<Session, 'home' | 'output'>): Promise<UpTrace> {
  const chosen = file === '' ? undefined : resolve(file);
  if (chosen !== undefined) await refuseUnwritable(chosen);
  const trace = new StartTrace();
  const drawNow = async () => {
    const page = await trace.draw((name) => home.cluster(name));
    if (!page) return;
    const target = chosen ?? join(home.cluster(page.cluster).root, FILE);
    output.endProgress();
    await writeFile(target, page.svg).then(
      () => output.notice(`where the time went: ${target} (open it in a browser)`),
      (error) => output.notice(`the trace could not be written to ${target}: ${systemCode(error)}`),
    );
  };
  let drawn: Promise<void> | undefined;
  const draw = () => {
    drawn ??= drawNow();
    return drawn;
  };
  return { add: (item) => trace.add(item), draw, [Symbol.asyncDispose]: draw };
}

async function refuseUnwritable(file: string): Promise<void> {
  if (extname(file) !== '.svg')
    throw usage(
      `--trace ${basename(file)} is not the name of an SVG file`,
      'the word after --trace is the file to draw to, and its name must end with .svg',
      'Write the profile first: `rmqdev up 2m2s --trace`, or `rmqdev up 2m2s --trace start.svg`',
    );
  const folder = dirname(file);
  await access(folder, constants.W_OK).catch((error) => {
    throw usage(
      `--trace cannot write ${file}`,
      systemCode(error) === 'ENOENT' ? `there is no folder ${folder}` : `${folder} cannot be written to (${systemCode(error)})`,
      'Name a file in a folder of yours, such as `--trace start.svg`, or write --trace alone',
    );
  });
}
