import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asError, RmqdevError } from '../../../src/base/errors.js';
import { SHIPPED_PROFILES } from '../../../src/profile/find-profile.js';
import { type LoadedProfile, loadProfile } from '../../../src/profile/load-profile.js';
import type { ProfileOverrides } from '../../../src/profile/overrides.js';

/** A working directory, and a folder of the user's profiles, for one test. Remove with `dispose`. */
export class ProfileFolder {
  readonly cwd = mkdtempSync(join(tmpdir(), 'rmqdev-profile-'));
  readonly userProfiles = mkdtempSync(join(tmpdir(), 'rmqdev-profile-user-'));
  readonly shippedProfiles = SHIPPED_PROFILES;

  dispose(): void {
    for (const folder of [this.cwd, this.userProfiles]) rmSync(folder, { recursive: true, force: true });
  }

  /** @returns the absolute path of the file that now holds `text`. */
  write(name: string, text: string, folder = this.cwd): string {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  }

  load(name: string, overrides: Partial<ProfileOverrides> = {}): Promise<LoadedProfile> {
    return loadProfile(name, { ...this, overrides: { set: [], heap: [], ...overrides } });
  }

  /** @returns the error that loading `name` ends with. */
  async errorOf(name: string, overrides: Partial<ProfileOverrides> = {}): Promise<RmqdevError> {
    const error = await this.load(name, overrides).then(
      () => new Error(`${name} loads`),
      (reason: unknown) => asError(reason),
    );
    if (error instanceof RmqdevError) return error;
    throw error;
  }
}

/** Two NameServers and a broker: lines 1 to 4 of a profile. */
export const SMALL = `nodes:
  namesrv-1: { role: namesrv }
  namesrv-2: { role: namesrv }
  broker-a: { role: broker }
`;
