/** Programs that rows compare with or run on, installed in the folder of the run; a package manager's own cache keeps what it downloaded. */

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

const INSTALL_TIMEOUT_MS = 180_000;

/** @returns the folder of the package, such as `<folder>/node_modules/pm2`. */
export async function npmPackage(workspace, name, version, signal) {
  const folder = workspace.make(`npm-${name}-${version}`);
  const found = join(folder, 'node_modules', name);
  if (existsSync(found)) return found;
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--no-audit', '--no-fund', '--loglevel', 'error', `${name}@${version}`];
  await execa('npm', args, { cwd: folder, stdin: 'ignore', cancelSignal: signal, timeout: INSTALL_TIMEOUT_MS });
  return found;
}

/** @returns the program of a Node.js of this major version. */
export const nodeProgram = async (workspace, major, signal) => join(await npmPackage(workspace, 'node', major, signal), 'bin', 'node');

/** @returns the folder of the programs of a Python package. */
export async function pythonPackage(workspace, name, signal) {
  const folder = workspace.make(`python-${name}`);
  const options = { stdin: 'ignore', cancelSignal: signal, timeout: INSTALL_TIMEOUT_MS };
  await execa('python3', ['-m', 'venv', folder], options);
  await execa(join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', name], options);
  return join(folder, 'bin');
}
