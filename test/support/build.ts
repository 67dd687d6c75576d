import { execaSync } from 'execa';

/** The CLI and the daemon run as built, and scripts import modules of `dist`: it must be that of these sources. Builds nothing if it is. */
export function setup(): void {
  execaSync('npm', ['run', 'build'], { stdout: 'ignore' });
}
