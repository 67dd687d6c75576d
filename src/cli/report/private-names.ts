import { realpathSync } from 'node:fs';
import { homedir, hostname, userInfo } from 'node:os';
import type { HomePaths } from '../../base/paths.js';
import type { PrivateNames } from './redactor.js';

/** @returns what tells of this machine and its user, in every form in which it may be written. */
export function privateNames(home: HomePaths, env: NodeJS.ProcessEnv): PrivateNames {
  const hosts = present([hostname(), env.HOSTNAME, env.HOST, env.COMPUTERNAME]);
  return {
    rmqdevHomes: [home.root].flatMap(withRealPath),
    homes: present([homedir(), env.HOME, env.USERPROFILE, accountOf()?.homedir]).flatMap(withRealPath),
    hosts: hosts.flatMap((host) => [host, host.split('.')[0] ?? host]).flatMap((host) => [host, host.toLowerCase()]),
    users: present([accountOf()?.username, env.USER, env.LOGNAME, env.SUDO_USER, env.USERNAME]),
  };
}

/** A user id without an account (containers) has none. */
function accountOf(): { username: string; homedir: string } | undefined {
  try {
    return userInfo();
  } catch {
    return undefined;
  }
}

function withRealPath(path: string): string[] {
  try {
    return [path, realpathSync(path)];
  } catch {
    return [path];
  }
}

function present(values: readonly (string | undefined)[]): string[] {
  return values.filter((value) => value !== undefined && value !== '') as string[];
}
