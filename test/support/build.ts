import { execaSync } from 'execa';

/** The CLI and the daemon run as built: `dist` must be that of these sources. */
export function setup(): void {
  execaSync('npm', ['run', 'build'], { stdout: 'ignore' });
}
