import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../../base/errors.js';
import { COMMIT_LOG_FOLDER, COMMIT_LOG_PATH_KEY, PATH_SEPARATOR } from '../../../rocketmq/store-layout.js';
import type { NodeSpec } from '../../spec/node-spec.js';

/** @returns false only if the store of a broker of this host has no commit log: nothing was ever stored in it. */
export function hasCommitLog({ paths, config, isElsewhere }: NodeSpec): boolean {
  if (isElsewhere) return true;
  const configured = config.find(({ key }) => key === COMMIT_LOG_PATH_KEY)?.value ?? join(paths.store, COMMIT_LOG_FOLDER);
  return configured.split(PATH_SEPARATOR).some(hasFiles);
}

function hasFiles(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch (error) {
    return systemCode(error) !== 'ENOENT';
  }
}
