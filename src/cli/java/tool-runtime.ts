import { homedir } from 'node:os';
import { RmqdevError } from '../../base/errors.js';
import type { HomePaths } from '../../base/paths.js';
import { findJdk } from '../../install/jdk.js';
import { listReleases } from '../../install/list-releases.js';
import { readReleaseHome } from '../../install/release-home.js';
import { DEFAULT_RELEASE } from '../../rocketmq/releases.js';
import { addressesOf } from '../traffic/access.js';
import type { ToolRuntime } from './java-tool.js';

/** @returns what a tool needs to run against a cluster that rmqdev did not start. @throws RELEASE_UNKNOWN, RELEASE_INVALID, JAVA_NOT_FOUND, USAGE */
export async function runtimeFor(
  home: HomePaths,
  namesrv: string,
  wishes: { rocketmq?: string | undefined; java?: string | undefined },
  security: Pick<ToolRuntime, 'credentials' | 'tlsOptions'>,
): Promise<ToolRuntime> {
  const namesrvAddr = addressesOf(namesrv).join(';');
  const release = await releaseFor(home, wishes.rocketmq);
  const jdk = await findJdk({ wanted: wishes.java, env: process.env, home: homedir(), release: release.version });
  return { release, jdk, namesrvAddr, ...security, userHome: home.tools };
}

async function releaseFor(home: HomePaths, wanted: string | undefined): Promise<ToolRuntime['release']> {
  if (wanted !== undefined && /[/\\]/.test(wanted)) return readReleaseHome(wanted);
  const installed = await listReleases(home);
  const found =
    wanted === undefined
      ? (installed.find(({ version }) => version === DEFAULT_RELEASE) ?? installed.at(-1))
      : installed.find(({ version }) => version === wanted);
  if (found) return found;
  throw new RmqdevError('RELEASE_UNKNOWN', {
    what: wanted === undefined ? 'no RocketMQ release is installed' : `RocketMQ ${wanted} is not installed`,
    why: installed.length === 0 ? `${home.releases} is empty` : `installed are ${installed.map(({ version }) => version).join(', ')}`,
    next: `\`rmqdev install ${wanted ?? DEFAULT_RELEASE}\`, or name a folder with --rocketmq`,
  });
}
