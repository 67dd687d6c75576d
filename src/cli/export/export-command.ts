import type { HomePaths } from '../../base/paths.js';
import { type ExportOptions, type ExportTarget, exportProfile } from '../../export/export-profile.js';
import type { Exported } from '../../export/exported.js';
import { SHIPPED_PROFILES } from '../../profile/find-profile.js';
import { loadProfile } from '../../profile/load-profile.js';
import { wantedRelease } from '../doctor/plan-of-profile.js';
import { overridesOf, type ProfileOptions } from '../profile-options.js';
import { usage } from '../usage.js';
import { writeFolder } from './write-folder.js';

export type ExportCommand = ProfileOptions & {
  target: ExportTarget;
  profile: string;
  output: string | undefined;
  mayReplace: boolean;
  operator: boolean;
  options: ExportOptions;
  home: HomePaths;
  isJson: boolean;
};

/** What there is to print. */
export type ExportResult = { target: ExportTarget; profile: string; folder: string | null; exported: Exported; warnings: string[] };

/** @throws RmqdevError NOT_EXPORTABLE, FILE_NOT_WRITTEN, USAGE, and what loading a profile throws */
export async function exportCommandResult(request: ExportCommand): Promise<ExportResult> {
  const { target, output, mayReplace, operator, options, home, isJson } = request;
  const folders = { cwd: process.cwd(), userProfiles: home.profiles, shippedProfiles: SHIPPED_PROFILES };
  const { profile, warnings } = await loadProfile(request.profile, { ...folders, overrides: overridesOf(request) });
  const versions = new Map<string, string>();
  for (const { id, rocketmq } of profile.nodes) versions.set(id, (await wantedRelease(rocketmq ?? profile.rocketmq, undefined)).version);
  const exported = exportProfile({ target, profile, versions, operator, options });
  if (output === undefined && !isJson && exported.files.length > 1)
    throw usage(
      `export ${target} needs a folder`,
      `it writes ${exported.files.length} files`,
      `Add one: rmqdev export ${target} ${request.profile} -o ${profile.name}-${target}`,
    );
  const folder = output === undefined ? null : await writeFolder(output, exported.files, mayReplace);
  return { target, profile: profile.name, folder, exported, warnings: warnings.map(({ message }) => message) };
}
